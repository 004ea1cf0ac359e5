// Turns the JSON reports of Vitest and Playwright into outcomes. Decodes what it needs and nothing more;
// a report without a single test is a failure, because a suite that ran nothing proves nothing.
import { stripVTControlCharacters as strip } from 'node:util';
import { z } from 'zod';
import type { Outcome, Violation } from './outcome.ts';
import { fromViolations } from './outcome.ts';

const vitestReport = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

/** Vitest's `--reporter=json`. Files that failed to load count as one failed test each. */
export function readVitest(json: unknown, root: string): Outcome {
  const report = vitestReport.parse(json);
  const failures: string[] = [];
  const skips: string[] = [];
  let passed = 0;
  for (const file of report.testResults) {
    const path = file.name.startsWith(root) ? file.name.slice(root.length).replace(/^\//, '') : file.name;
    for (const test of file.assertionResults) {
      const name = `${path} > ${test.fullName.trim()}`;
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed')
        failures.push(`${name}\n${strip((test.failureMessages ?? []).join('\n'))}`);
      else skips.push(name);
    }
    const explained = file.assertionResults.some((test) => test.status === 'failed');
    if (file.status === 'failed' && !explained)
      failures.push(`${path} did not load\n${strip(file.message ?? '')}`);
  }
  if (passed + failures.length + skips.length === 0) failures.push('no test was found');
  return {
    passed,
    failed: failures.length,
    skipped: skips.length,
    failures,
    skips,
    notes: [`${report.testResults.length} files`],
  };
}

const playwrightResult = z.object({
  status: z.string().optional(),
  errors: z.array(z.object({ message: z.string().optional() })).optional(),
});
const playwrightSpec = z.object({
  title: z.string(),
  file: z.string(),
  line: z.number(),
  tests: z.array(
    z.object({
      projectName: z.string().optional(),
      status: z.enum(['expected', 'unexpected', 'flaky', 'skipped']),
      annotations: z.array(z.object({ type: z.string(), description: z.string().optional() })).optional(),
      results: z.array(playwrightResult),
    }),
  ),
});
type Suite = { specs?: z.infer<typeof playwrightSpec>[] | undefined; suites?: Suite[] | undefined };
const playwrightSuite: z.ZodType<Suite> = z.lazy(() =>
  z.object({ specs: z.array(playwrightSpec).optional(), suites: z.array(playwrightSuite).optional() }),
);
const playwrightReport = z.object({
  suites: z.array(playwrightSuite),
  errors: z.array(z.object({ message: z.string().optional() })).optional(),
});

function specsOf(suite: Suite): z.infer<typeof playwrightSpec>[] {
  return [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];
}

/** Playwright's `--reporter=json`. A test that passed only when tried again is a failure. */
export function readPlaywright(json: unknown): Outcome {
  const report = playwrightReport.parse(json);
  const failures = (report.errors ?? []).map((e) => strip(e.message ?? 'an error without a message'));
  const skips: string[] = [];
  let passed = 0;
  for (const spec of report.suites.flatMap(specsOf)) {
    for (const test of spec.tests) {
      const name = `${spec.file}:${spec.line} > ${spec.title}`;
      const reason = test.annotations?.find((a) => a.type === 'skip')?.description;
      if (test.status === 'expected') passed += 1;
      else if (test.status === 'skipped') skips.push(reason === undefined ? name : `${name} (${reason})`);
      else {
        const errors = test.results.flatMap((r) => r.errors ?? []).map((e) => strip(e.message ?? ''));
        failures.push(`${name} [${test.status}]\n${errors.join('\n')}`);
      }
    }
  }
  if (passed + failures.length + skips.length === 0) failures.push('no test was found');
  return { passed, failed: failures.length, skipped: skips.length, failures, skips, notes: [] };
}

/** Biome's `--reporter=github`: one line an error. Files that only need formatting are one violation together. */
export function readBiome(output: string, root: string): readonly Violation[] {
  const found = [...output.matchAll(/^::error title=([^,]*),file=([^,]*),line=(\d+)[^:]*::(.*)$/gm)].map(
    (m) => ({
      rule: m[1] ?? '',
      file: (m[2] ?? '').replace(root, '').replace(/^\//, ''),
      line: Number(m[3]),
      message: `${m[4]} (${m[1]})`,
    }),
  );
  const unformatted = found.filter((f) => f.rule === 'format').map((f) => f.file);
  const rest = found
    .filter((f) => f.rule !== 'format')
    .map(({ file, line, message }) => ({ file, line, message }));
  if (unformatted.length === 0) return rest;
  const message = `not formatted: ${unformatted.join(', ')}`;
  return [{ file: 'npm run format', message }, ...rest];
}

const sizeLimitReport = z.array(
  z.object({ name: z.string(), passed: z.boolean(), size: z.number(), sizeLimit: z.number() }),
);

/** size-limit's `--json`: one violation a weight over its limit. Undefined when it wrote no report. */
export function readSizeLimit(output: string): Outcome | undefined {
  const start = output.indexOf('[');
  let json: unknown;
  try {
    json = JSON.parse(output.slice(Math.max(start, 0)));
  } catch {
    return undefined;
  }
  const report = sizeLimitReport.safeParse(json);
  if (!report.success || report.data.length === 0) return undefined;
  return fromViolations(
    report.data
      .filter(({ passed }) => !passed)
      .map(({ name, size, sizeLimit }) => ({
        file: 'dist',
        message: `${name} ${size} B compressed, the limit is ${sizeLimit} B.`,
      })),
    report.data.map(({ name, size }) => `${name} ${Math.round(size / 1000)} kB compressed`),
  );
}

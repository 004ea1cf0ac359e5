// The parts of the check, in the order they begin: cheap and certain first. Each gives an Outcome; none prints.
// A part is one entry here; what a static rule says is in the file that the entry names.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { browserPath } from '../setup/probe.ts';
import { checkDist } from './dist.ts';
import {
  checkChangelog,
  checkCommands,
  checkDecisions,
  checkDependencies,
  checkLinks,
  checkLockfile,
  checkNamedFiles,
  readManifest,
} from './documents.ts';
import { judgeFolders } from './folders.ts';
import { checkHeaders } from './headers.ts';
import { checkLayers } from './layers.ts';
import { checkLengths, longest } from './lengths.ts';
import { checkLookups } from './lookups.ts';
import type { Outcome } from './outcome.ts';
import { failedPart, fromViolations, skippedPart } from './outcome.ts';
import type { Finished } from './process.ts';
import { run, tail } from './process.ts';
import { RunnerProgress, telling } from './progress.ts';
import { readBiome, readPlaywright, readSizeLimit, readVitest } from './reports.ts';
import { checkRooms } from './rooms.ts';
import type { Task } from './schedule.ts';
import type { Module, SourceFile } from './sources.ts';
import { listFiles, parseModule, readFiles } from './sources.ts';
import { checkCasts, checkVocabulary } from './vocabulary.ts';
import { waivers } from './waivers.ts';
import { checkWorkflows } from './workflows.ts';

export interface Context {
  readonly root: string;
}

/** What installs browsers and drivers, for those that want them. */
export const setupName = 'setup';

export interface Part extends Task {
  readonly run: (context: Context) => Promise<Outcome>;
}

/** Nothing of ours is silent for so long on any machine, however busy: who is has hung. */
const quietMinutes = 20;
const quietMs = quietMinutes * 60_000;

function program(
  context: Context,
  name: string,
  args: readonly string[],
  options: { progress?: (line: string) => boolean; env?: Record<string, string> } = {},
): Promise<Finished> {
  const suffix = process.platform === 'win32' ? '.cmd' : '';
  const path = join(context.root, 'node_modules', '.bin', name + suffix);
  return run(path, args, { cwd: context.root, quietMs, ...options });
}

/** A program whose exit status is the verdict: one test. */
async function verdict(context: Context, name: string, args: readonly string[]): Promise<Outcome> {
  const done = await program(context, name, args);
  if (done.status === 0) return fromViolations([]);
  const hung = done.stalled ? `${name} was ended: it said nothing for ${quietMinutes} minutes\n` : '';
  return failedPart(hung + tail(done.output, 120));
}

async function formatAndLint(context: Context): Promise<Outcome> {
  const done = await program(context, 'biome', ['ci', '--reporter=github', '--max-diagnostics=none']);
  if (done.status === 0) return fromViolations([]);
  const violations = readBiome(done.output, context.root);
  return violations.length > 0 ? fromViolations(violations) : failedPart(tail(done.output, 60));
}

/**
 * A test runner that writes a JSON report, and tells what it starts and ends. A bad end that no test explains is itself a failure;
 * a runner that hung is ended, and the failure names the test that was running.
 */
async function suite(
  context: Context,
  command: { name: string; args: readonly string[]; report: string; env: Record<string, string> },
  read: (json: unknown) => Outcome,
): Promise<Outcome> {
  const { name, args, report, env } = command;
  const seen = new RunnerProgress();
  const done = await program(context, name, args, {
    progress: (line) => seen.take(line),
    env,
  });
  const said = tail(RunnerProgress.strip(done.output), 60);
  if (done.stalled)
    return failedPart(
      `${name} was ended: no test started or ended for ${quietMinutes} minutes; ${seen.where()}\n${said}`,
    );
  try {
    const outcome = read(JSON.parse(readFileSync(report, 'utf8')));
    if (done.status === 0 || outcome.failed > 0) return outcome;
    const failure = `${name} ended with status ${done.status} though no test failed\n${said}`;
    return { ...outcome, failed: 1, failures: [failure] };
  } catch (error) {
    return failedPart(`${name} left no report (${String(error)}); ${seen.where()}\n${said}`);
  }
}

/** A fresh path under the ignored .cache folder. */
function reportPath(root: string, name: string): string {
  const folder = join(root, '.cache', 'check');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}-${process.pid}.json`);
}

function vitest(context: Context, project: string): Promise<Outcome> {
  const report = reportPath(context.root, project);
  const args = ['run', '--project', project, '--reporter=json', `--outputFile=${report}`];
  return suite(context, { name: 'vitest', args, report, env: telling }, (json) =>
    readVitest(json, context.root),
  );
}

const code = /^(src|tools|e2e)\/.*\.(tsx?|mjs|wgsl)$|^[^/]+\.ts$/;

/** Read once for all parts of one check. */
function once<T extends object>(read: (context: Context) => T): (context: Context) => T {
  const known = new WeakMap<Context, T>();
  return (context) => {
    const found = known.get(context) ?? read(context);
    known.set(context, found);
    return found;
  };
}

const sources = once((context): readonly SourceFile[] =>
  readFiles(context.root, listFiles(context.root), code),
);

const modules = once((context): readonly Module[] =>
  sources(context)
    .filter((f) => /\.tsx?$/.test(f.path))
    .map(parseModule),
);

function layers(context: Context): Outcome {
  const all = modules(context);
  const { violations, notes } = judgeFolders(all);
  return fromViolations([...checkLayers(all), ...violations], notes);
}

function documents(context: Context): Outcome {
  const paths = listFiles(context.root);
  const known = new Set(paths);
  for (const path of paths)
    for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1))
      known.add(path.slice(0, cut));
  const files = readFiles(context.root, paths, /\.md$/);
  const text = (path: string): string => readFileSync(join(context.root, path), 'utf8');
  const manifest = readManifest(text('package.json'));
  return fromViolations([
    ...checkDecisions(files),
    ...checkDependencies(manifest, text('docs/decisions/0005-dependencies.md')),
    ...checkCommands(manifest, text('README.md')),
    ...checkChangelog(files.find((f) => f.path === 'CHANGELOG.md')?.text, text('README.md')),
    ...checkLinks(files, known),
    ...checkNamedFiles(files, known),
    ...checkWorkflows(readFiles(context.root, paths, /^\.github\/workflows\/.*\.ya?ml$/), manifest, known),
    ...checkLockfile(text('package-lock.json')),
  ]);
}

/** Files, exports and packages that nothing needs; then code that only tests need. */
async function unused(context: Context): Promise<Outcome> {
  const config = [
    '--config',
    'tools/check/knip.config.ts',
    '--no-progress',
    '--treat-config-hints-as-errors',
  ];
  const all = await verdict(context, 'knip', config);
  if (all.failed > 0) return all;
  return verdict(context, 'knip', [...config, '--production', '--include', 'files,exports']);
}

async function gpu(context: Context): Promise<Outcome> {
  // Without an adapter every GPU suite skips itself by name, so the report still lists what did not run.
  return vitest(context, 'gpu');
}

const sizeLimitConfig = 'tools/check/sizeLimit.config.ts';

async function built(context: Context): Promise<Outcome> {
  const outcome = await verdict(context, 'vite', ['build', '--logLevel', 'warn']);
  if (outcome.failed > 0) return outcome;
  const violations = checkDist(join(context.root, 'dist'));
  if (violations.length > 0) return fromViolations(violations);
  const done = await program(context, 'size-limit', ['--json', '--config', sizeLimitConfig]);
  const weighed = readSizeLimit(done.output);
  return weighed ?? failedPart(tail(done.output, 20));
}

async function e2e(context: Context): Promise<Outcome> {
  const chromium = browserPath('chromium');
  if (chromium === undefined) return skippedPart('every end-to-end test (no Chromium)');
  const report = reportPath(context.root, 'e2e');
  const env = { ...telling, PLAYWRIGHT_JSON_OUTPUT_NAME: report, CHROMIUM_PATH: chromium };
  return suite(context, { name: 'playwright', args: ['test'], report, env }, readPlaywright);
}

const firefoxProof = 'e2e/firefox/trains.ts';

async function firefox(context: Context): Promise<Outcome> {
  const path = browserPath('firefox');
  if (path === undefined) return skippedPart('the page trains in Firefox (no Firefox)');
  const tool = ['tools/run.mjs', firefoxProof];
  // It tells every step of the run on a line of its own.
  const done = await run(process.execPath, tool, {
    cwd: context.root,
    quietMs,
    env: { FIREFOX_PATH: path },
  });
  const line = done.output.trim().split('\n').at(-1) ?? '';
  if (done.status === 3) return skippedPart(`the page trains in Firefox (${line})`);
  if (done.status === 0) return fromViolations([], [line]);
  const hung = done.stalled ? `the proof was ended: it said nothing for ${quietMinutes} minutes\n` : '';
  return failedPart(hung + tail(done.output, 60));
}

const still = (name: string, judge: (context: Context) => Outcome): Part => ({
  name,
  run: async (context) => judge(context),
});

export const parts: readonly Part[] = [
  { name: 'format and lint', run: formatAndLint },
  { name: 'types', run: (c) => verdict(c, 'tsc', ['--pretty', 'false']) },
  // The engine and the shaders run in a worker and in Node: they are checked once more against types without a DOM.
  {
    name: 'no DOM below ui',
    run: (c) => verdict(c, 'tsc', ['-p', 'tools/check/tsconfig.engine.json', '--pretty', 'false']),
  },
  still('layers', layers),
  still('vocabulary', (c) => fromViolations(checkVocabulary(modules(c)))),
  still('lookups', (c) => fromViolations(checkLookups(modules(c)))),
  still('casts', (c) => fromViolations(checkCasts(modules(c), waivers))),
  still('headers', (c) => fromViolations(checkHeaders(sources(c)))),
  still('lengths', (c) =>
    fromViolations(checkLengths(sources(c), waivers), [`longest: ${longest(sources(c), 3).join(', ')}`]),
  ),
  still('kernel rooms', (c) => fromViolations(checkRooms(sources(c)))),
  { name: 'unused', run: unused },
  still('documents', documents),
  { name: 'unit', run: (c) => vitest(c, 'node') },
  { name: 'build', run: built },
  { name: 'gpu', after: [setupName], run: gpu },
  { name: 'firefox', after: [setupName, 'build'], run: firefox },
  { name: 'e2e', after: [setupName, 'build'], run: e2e },
];

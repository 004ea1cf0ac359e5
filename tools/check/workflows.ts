// Workflows cannot run here, so what can be known of them is checked: they are YAML of the expected shape, call scripts
// and files that exist, and take actions at a full version. Nothing is asked of a network.
import { parse } from 'yaml';
import { z } from 'zod';
import type { Manifest } from './documents.ts';
import type { Violation } from './outcome.ts';
import type { SourceFile } from './sources.ts';

const step = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    uses: z.string(),
    with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    run: z.string(),
    env: z.record(z.string(), z.string()),
  })
  .partial();

const workflow = z.object({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), z.object({ 'runs-on': z.string(), steps: z.array(step).min(1) })),
});

/** What is wrong with one line of a `run`; undefined when its script or file exists. */
function commandProblem(line: string, packages: Manifest, known: ReadonlySet<string>): string | undefined {
  const [program = '', ...rest] = line.split(/\s+/);
  if (program !== 'npm') {
    return known.has(program.replace(/^\.\//, '')) ? undefined : `runs ${program}, which is no file.`;
  }
  const [verb = '', script = ''] = rest.filter((word) => !word.startsWith('-'));
  if (verb === 'ci') return undefined;
  const name = verb === 'run' ? script : verb;
  return name in packages.scripts ? undefined : `runs '${line}', and package.json has no script '${name}'.`;
}

/** Every workflow parses, runs what exists, and takes its actions at a full version. `known` holds every path. */
export function checkWorkflows(
  files: readonly SourceFile[],
  packages: Manifest,
  known: ReadonlySet<string>,
): readonly Violation[] {
  return files.flatMap((file) => {
    let shape: ReturnType<typeof workflow.safeParse>;
    try {
      shape = workflow.safeParse(parse(file.text));
    } catch (error) {
      return [{ file: file.path, message: `is not YAML: ${String(error)}` }];
    }
    if (!shape.success) {
      return shape.error.issues.map(({ path, message }) => ({
        file: file.path,
        message: `${path.join('.')}: ${message}`,
      }));
    }
    const steps = Object.values(shape.data.jobs).flatMap((job) => job.steps);
    return steps
      .flatMap(({ uses, run }) => [
        uses !== undefined && !/^[\w-]+\/[\w-]+@v\d+\.\d+\.\d+$/.test(uses)
          ? `uses ${uses}. Pin a full version: owner/action@v1.2.3.`
          : undefined,
        uses === undefined && run === undefined ? 'has a step that does nothing.' : undefined,
        ...(run ?? '')
          .split('\n')
          .filter((line) => line.trim() !== '')
          .map((line) => commandProblem(line.trim(), packages, known)),
      ])
      .flatMap((message) => (message === undefined ? [] : [{ file: file.path, message }]));
  });
}

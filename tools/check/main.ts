// `npm test` and `npm run check`: every part, failures in full, skipped tests by name, one closing line. What a part judges is in parts.ts;
// what is installed comes while parts run that do without.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '../commandLine.ts';
import { tool, usageError } from '../commandLine.ts';
import { setUp } from '../setup/setup.ts';
import type { Outcome } from './outcome.ts';
import { closingLine, failedPart, total } from './outcome.ts';
import type { Context, Part } from './parts.ts';
import { parts, setupName } from './parts.ts';
import { runInTurn } from './schedule.ts';

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function runPart(part: Part, context: Context): Promise<Outcome> {
  const started = performance.now();
  const outcome = await part
    .run(context)
    .catch((error: unknown) => failedPart(error instanceof Error ? (error.stack ?? '') : String(error)));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const verdict = outcome.failed > 0 ? 'FAILED' : outcome.passed > 0 ? 'ok' : 'skipped';
  say(
    `${part.name.padEnd(16)} ${verdict.padEnd(8)} ${seconds.padStart(6)} s  ${[closingLine(outcome), ...outcome.notes].join(' · ')}`,
  );
  for (const failure of outcome.failures) say(`  ${failure.replaceAll('\n', '\n    ')}`);
  return outcome;
}

export const command = {
  call: 'npm run check --',
  about: 'Checks everything, says what failed and what was skipped, and ends with one line of counts.',
  options: {
    only: { type: 'string', value: 'A,B', help: 'run these parts alone' },
    list: { type: 'boolean', help: 'name the parts' },
    install: { type: 'boolean', help: 'first install what the tests need (Debian, as root); npm test does' },
  },
} as const satisfies Command;

/** Exit status 0 when nothing failed, 1 when something did, 2 for a wrong argument. */
export const main = tool(command, async (values) => {
  if (values.list) {
    for (const part of parts) say(part.name);
    return 0;
  }
  const wanted = values.only?.split(',').map((name) => name.trim());
  const unknown = wanted?.find((name) => !parts.some((part) => part.name === name));
  if (unknown !== undefined)
    throw usageError(command, `No part '${unknown}'. Known: ${parts.map((part) => part.name).join(', ')}.`);
  const context: Context = { root };
  const chosen = parts.filter(({ name }) => wanted === undefined || wanted.includes(name));
  const outcomes: Outcome[] = [];
  const setup = { name: setupName };
  await runInTurn([setup, ...chosen], Math.min(2, availableParallelism()), async (task) => {
    if ('run' in task) outcomes.push(await runPart(task, context));
    else
      await setUp(root, { install: values.install === true, say }).catch((error: unknown) => {
        outcomes.push(failedPart(`${setupName}: ${String(error)}`));
      });
  });
  const sum = total(outcomes);
  if (sum.skips.length > 0) say(`\nskipped:\n  ${sum.skips.join('\n  ')}`);
  if (sum.failures.length > 0)
    say(`\nfailed:\n  ${sum.failures.map((text) => text.split('\n', 1)[0]?.slice(0, 160)).join('\n  ')}`);
  say('');
  say(closingLine(sum));
  return sum.failed > 0 ? 1 : 0;
});

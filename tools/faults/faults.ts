// `npm run faults`: faults of list.ts at five moments of a run, in Chromium: the losses stay those of the unbroken run, or the page says what
// is wrong and nothing is lost that could be kept. Writes docs/reliability.md, where what did not run is said not to have.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '../commandLine.ts';
import { tool, usageError, whole } from '../commandLine.ts';
import { buildIfStale } from '../start/stale.ts';
import type { Outcome } from './browser.ts';
import { openDriver } from './browser.ts';
import { cellsOf } from './cells.ts';
import { openHost } from './host.ts';
import { writeReport } from './report.ts';
import { STEPS, tinyLink } from './tinyLink.ts';

export const command = {
  call: 'npm run -s faults --',
  about: 'Injects faults at five moments of a run in Chromium, and writes docs/reliability.md.',
  options: {
    only: {
      type: 'string',
      value: 'WORDS',
      help: 'cells whose “kind: fault, moment” has these words, with semicolons between several',
    },
    short: { type: 'string', value: 'N', help: 'so many cells, drawn by the seed' },
    seed: { type: 'string', value: 'S', help: 'draws the cells of --short, and their order', default: '1' },
    write: {
      type: 'boolean',
      help: 'write the cells that ran into docs/reliability.md; without --only and --short it is always written',
    },
    report: {
      type: 'boolean',
      help: 'write docs/reliability.md anew from the cells it holds; nothing is run',
    },
  },
} as const satisfies Command;

export const isGood = ({ verdict }: Outcome): boolean => verdict === 'same losses' || verdict === 'told';

export const main = tool(command, async ({ only, short, seed, write, report: alone }) => {
  const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
  const report = resolve(root, 'docs/reliability.md');
  const cells = cellsOf(
    only,
    whole(command, 'short', short, Number.POSITIVE_INFINITY, 1),
    whole(command, 'seed', seed, 1),
  );
  if (cells.length === 0) throw usageError(command, `No cell has the words '${only ?? ''}'.`);
  if (alone) {
    writeReport(report, new Map());
    return 0;
  }
  await buildIfStale(root);
  const host = await openHost(resolve(root, 'dist'));
  const driver = await openDriver(host, tinyLink(STEPS));
  const outcomes = new Map<string, Outcome>();
  const all = only === undefined && short === undefined;
  try {
    const unbroken = await driver.run(null, 'mid-run');
    process.stdout.write(
      `nothing happens: ${unbroken.verdict}, ${unbroken.seconds.toFixed(1)} s  ${unbroken.said.slice(0, 150)}\n`,
    );
    if (unbroken.verdict !== 'same losses') return 1;
    for (const { fault, moment, name } of cells) {
      const outcome = await driver.run(fault, moment);
      outcomes.set(name, outcome);
      const mark = isGood(outcome) ? 'ok  ' : 'BAD ';
      process.stdout.write(
        `${mark}${name}: ${outcome.verdict}, ${outcome.seconds.toFixed(1)} s  ${outcome.said.slice(0, 150)}\n`,
      );
      if (write || all) writeReport(report, outcomes);
    }
  } finally {
    await driver.close();
    host.close();
  }
  const bad = [...outcomes.values()].filter((outcome) => !isGood(outcome)).length;
  process.stdout.write(`${outcomes.size - bad} of ${outcomes.size} cells hold\n`);
  return bad === 0 ? 0 : 1;
});

// `npm run faults`: faults of list.ts at five moments of a run, in a browser: the losses stay those of the unbroken run, or the page says what
// is wrong and nothing is lost that could be kept. Each cell is kept as it ends (state.ts), and docs/reliability.md is written from that.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '../commandLine.ts';
import { tool, usageError, whole } from '../commandLine.ts';
import { buildIfStale } from '../start/stale.ts';
import type { Cell } from './cells.ts';
import { cellsOf } from './cells.ts';
import { openDriver } from './driver.ts';
import type { BrowserName } from './list.ts';
import { browsers } from './list.ts';
import { writeReport } from './report.ts';
import { buildOf, keep, keyOf, readState } from './state.ts';
import { isGood } from './verdict.ts';

export const command = {
  call: 'npm run -s faults --',
  about: 'Injects faults at five moments of a run in a browser, and writes docs/reliability.md.',
  options: {
    browser: { type: 'string', value: 'NAME', help: 'Chromium or Firefox', default: 'Chromium' },
    only: {
      type: 'string',
      value: 'WORDS',
      help: 'cells whose “kind: fault, moment” has these words, with semicolons between several',
    },
    short: { type: 'string', value: 'N', help: 'so many cells, drawn by the seed' },
    seed: { type: 'string', value: 'S', help: 'draws the cells of --short, and their order', default: '1' },
    lanes: { type: 'string', value: 'N', help: 'browsers side by side', default: '1' },
    state: {
      type: 'string',
      value: 'FILE',
      help: 'where each cell is kept as it ends',
      default: '.cache/faults.jsonl',
    },
    resume: { type: 'boolean', help: 'leave out the cells that this very build has already run' },
    bad: { type: 'boolean', help: 'only cells that were bad when they last ran, or never ran' },
    write: {
      type: 'boolean',
      help: 'write what is kept into docs/reliability.md; without --only and --short it is always written',
    },
    report: { type: 'boolean', help: 'write docs/reliability.md from what is kept; nothing is run' },
  },
} as const satisfies Command;

export const main = tool(command, async (values) => {
  const { only, short, seed, write, state: file } = values;
  const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
  const report = resolve(root, 'docs/reliability.md');
  const state = resolve(root, file);
  const browser = browsers.find((one) => one.toLowerCase() === values.browser.toLowerCase());
  if (!browser) throw usageError(command, `--browser is ${browsers.join(' or ')}, got '${values.browser}'.`);
  const drawn = cellsOf(
    only,
    whole(command, 'short', short, Number.POSITIVE_INFINITY, 1),
    whole(command, 'seed', seed, 1),
    browser,
  );
  const lanes = whole(command, 'lanes', values.lanes, 1, 1);
  if (drawn.length === 0) throw usageError(command, `No cell has the words '${only ?? ''}'.`);
  await buildIfStale(root);
  // What is built meanwhile is another page.
  const dist = mkdtempSync(join(tmpdir(), 'faults-'));
  // Browsers go with it; cells that they did not end are not known.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  process.once('exit', () => rmSync(dist, { recursive: true, force: true }));
  cpSync(resolve(root, 'dist'), dist, { recursive: true });
  const build = buildOf(dist);
  const known = readState(state);
  const queue = drawn.filter(({ name: cell }) => {
    const before = known.get(keyOf({ browser, cell }));
    return (
      before === undefined || !((values.resume && before.build === build) || (values.bad && isGood(before)))
    );
  });
  const writes = (): void => writeReport(report, readState(state), build);
  if (values.report) {
    writes();
    return 0;
  }
  const all = queue.length;
  process.stdout.write(`build ${build}: ${all} of ${drawn.length} cells to run\n`);
  let bad = 0;
  let done = 0;

  async function drive(name: BrowserName): Promise<void> {
    const driver = await openDriver(name, dist);
    try {
      for (let cell: Cell | undefined = queue.shift(); cell; cell = queue.shift()) {
        const { verdict, said, seconds } = await driver.run(cell.fault, cell.moment);
        keep(state, { build, browser: name, cell: cell.name, verdict, said: said.slice(0, 600), seconds });
        done += 1;
        if (!isGood({ verdict })) bad += 1;
        process.stdout.write(
          `${isGood({ verdict }) ? 'ok  ' : 'BAD '}${done}/${all} ${cell.name}: ${verdict}, ${seconds.toFixed(1)} s  ${said.slice(0, 200)}\n`,
        );
        if (write || (only === undefined && short === undefined)) writes();
      }
    } finally {
      await driver.close();
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, all) }, () => drive(browser)));
  process.stdout.write(`${done - bad} of ${done} cells hold\n`);
  return bad === 0 ? 0 : 1;
});

// docs/reliability.md from what the machine for faults saw: one row a fault, one column a moment, a set of tables for each browser. Cells
// that were seen in another build than the newest carry its mark; those of an earlier report stay where nothing newer is known. Judges
// nothing.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { nameOf } from './cells.ts';
import type { BrowserName } from './list.ts';
import { browsers, faultsIn, kinds, moments } from './list.ts';
import type { Ended } from './state.ts';
import { keyOf } from './state.ts';
import type { Verdict } from './verdict.ts';
import { isGood, verdicts } from './verdict.ts';

/** What stands in a cell of the table. */
type Known = Pick<Ended, 'verdict' | 'build'>;

const NOT_RUN = 'not run';
const marks = ['', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
const capital = (word: string): string => `${word[0]?.toUpperCase()}${word.slice(1)}`;
const shown = (known: Pick<Verdict, 'verdict'>): string =>
  isGood(known) ? known.verdict : `**${known.verdict}**`;

/** Cells of the report that is there. */
function earlier(text: string): Map<string, Known> {
  const found = new Map<string, Known>();
  const legend = text.matchAll(/^- (?:([¹²³⁴⁵⁶⁷⁸⁹]) )?build `(\w+)`/gm);
  const builds = new Map([...legend].map(([, mark = '', build = '']) => [mark, build]));
  let browser: BrowserName = 'Chromium';
  let kind = '';
  for (const line of text.split('\n')) {
    browser = browsers.find((one) => line === `## ${one}`) ?? browser;
    kind = /^### (\w+)$/.exec(line)?.[1]?.toLowerCase() ?? kind;
    const [name, ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    for (const [i, moment] of moments.entries()) {
      const [, word = '', mark = ''] = /^\**([a-z ]+)\**([¹²³⁴⁵⁶⁷⁸⁹]?)$/.exec(cells[i] ?? '') ?? [];
      const verdict = verdicts.find((one) => one === word);
      const build = builds.get(mark);
      if (verdict && build)
        found.set(keyOf({ browser, cell: `${kind}: ${name}, ${moment}` }), { verdict, build });
    }
  }
  return found;
}

function tables(browser: BrowserName, cellOf: (cell: string) => string): string[] {
  const lines: string[] = [];
  for (const kind of kinds) {
    const rows = faultsIn(browser).filter((fault) => fault.kind === kind);
    if (rows.length === 0) continue;
    lines.push(`### ${capital(kind)}`, '', `| Fault | ${moments.join(' | ')} |`);
    lines.push(`| --- |${' --- |'.repeat(moments.length)}`);
    for (const fault of rows)
      lines.push(`| ${fault.name} | ${moments.map((moment) => cellOf(nameOf(fault, moment))).join(' | ')} |`);
    lines.push('');
  }
  return lines;
}

const intro = [
  '# What happens when something breaks',
  '',
  'Made by `npm run faults`, on a software WebGPU adapter. A cell is a fault that strikes a small run at one of five moments. *Same losses*: the',
  'run ends by itself with the losses of the unbroken run, bit for bit, and an export arrives. *Told*: the page says what is wrong, and when the',
  'fault is over, what it offers (Train, Go on, the page opened again) ends the run with those losses. Anything else is a fault of ours: *hangs*,',
  '*silent*, *lost*, *late* (a dead worker is to be noticed within five seconds of the page’s own clock), *untrue* (the page says what is not so),',
  'and *not reached*, where the fault never struck and the cell says nothing. Nothing is judged by the seconds of the machine that ran it.',
  '',
];

const inFirefox = [
  'Over WebDriver BiDi, on the adapter that Firefox finds. Its driver strikes from within a worker and as a person does it; a crash of the tab or of the',
  'GPU process, a quota, a shortage of memory, files that vanish and a frozen tab take tools of Chromium’s own, which BiDi does not have. A file has',
  'arrived when the page has handed it to the browser.',
  '',
];

const LONG_RUN = '## A long run';
/** The section of the long run, which is another command's. */
const longRunOf = (text: string): string =>
  text.includes(LONG_RUN) ? text.slice(text.indexOf(LONG_RUN)) : '';

/** The report with another such section. */
export const withLongRun = (text: string, section: string): string =>
  `${text.replace(longRunOf(text), '').trimEnd()}\n\n${LONG_RUN}\n\n${section}`;

/** `build` is the newest. */
export function reportOf(before: string, state: ReadonlyMap<string, Ended>, build: string): string {
  const known = new Map<string, Known>([...earlier(before), ...state]);
  const cells = browsers.flatMap((browser) =>
    faultsIn(browser).flatMap((fault) =>
      moments.map((moment) => ({
        browser,
        known: known.get(keyOf({ browser, cell: nameOf(fault, moment) })),
      })),
    ),
  );
  const ran = (browser: BrowserName): readonly Known[] =>
    cells.flatMap((cell) => (cell.browser === browser && cell.known ? [cell.known] : []));
  const older = new Set(cells.flatMap((cell) => cell.known?.build ?? []));
  older.delete(build);
  const builds = [build, ...[...older].reverse()].slice(0, marks.length);
  const lines = [
    ...intro,
    'A build is named by the digest of its files; a cell carries the mark of the one it was seen in:',
    '',
  ];
  for (const [i, one] of builds.entries()) {
    const count = cells.filter((cell) => cell.known?.build === one).length;
    lines.push(
      `- ${marks[i] === '' ? '' : `${marks[i]} `}build \`${one}\`${i === 0 ? ', the newest' : ''}: ${count} cells`,
    );
  }
  lines.push('');
  for (const browser of browsers) {
    const all = ran(browser);
    const total = faultsIn(browser).length * moments.length;
    const of = (verdict: Verdict['verdict']): number => all.filter((one) => one.verdict === verdict).length;
    const bad = all.filter((one) => !isGood(one)).length;
    lines.push(
      `## ${browser}`,
      '',
      ...(browser === 'Firefox' ? inFirefox : []),
      `Of ${total} cells, ${all.length} ran${all.length === total ? '' : '; what the others do is not known'}.`,
      `Those that ran: ${of('same losses')} same losses, ${of('told')} told, ${bad} bad.`,
      '',
      ...tables(browser, (cell) => {
        const one = known.get(keyOf({ browser, cell }));
        const mark = one ? builds.indexOf(one.build) : -1;
        return one && mark >= 0 ? `${shown(one)}${marks[mark]}` : NOT_RUN;
      }),
    );
  }
  const longRun = longRunOf(before);
  return `${lines.join('\n')}${longRun === '' ? '' : `\n${longRun}`}`;
}

export function writeReport(path: string, state: ReadonlyMap<string, Ended>, build: string): void {
  writeFileSync(path, reportOf(existsSync(path) ? readFileSync(path, 'utf8') : '', state, build));
}

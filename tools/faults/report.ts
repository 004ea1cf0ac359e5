// docs/reliability.md from what the machine for faults saw: one row a fault, one column a moment. Cells of an earlier run stay where this
// one did not run them. Judges nothing.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Outcome } from './browser.ts';
import { faults, kinds, moments } from './list.ts';

const words: Readonly<Record<Outcome['verdict'], string>> = {
  'same losses': 'same losses',
  told: 'told',
  hangs: '**hangs**',
  silent: '**silent**',
  lost: '**lost**',
  'not reached': '**not reached**',
};
const NOT_RUN = 'not run';

/** Cells of the table that is there, by the names that cells.ts makes of list.ts. */
function earlier(path: string): Map<string, string> {
  const found = new Map<string, string>();
  if (!existsSync(path)) return found;
  let kind = '';
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    kind = /^## (\w+)$/.exec(line)?.[1]?.toLowerCase() ?? kind;
    const [name, ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (cells.length === moments.length)
      for (const [i, moment] of moments.entries())
        found.set(`${kind}: ${name}, ${moment}`, cells[i] ?? NOT_RUN);
  }
  return found;
}

export function writeReport(path: string, outcomes: ReadonlyMap<string, Outcome>): void {
  const before = earlier(path);
  const cellOf = (name: string): string => {
    const outcome = outcomes.get(name);
    return outcome ? words[outcome.verdict] : (before.get(name) ?? NOT_RUN);
  };
  const all = faults.flatMap((fault) =>
    moments.map((moment) => cellOf(`${fault.kind}: ${fault.name}, ${moment}`)),
  );
  const count = (cell: string): number => all.filter((one) => one === cell).length;
  const ran = all.length - count(NOT_RUN);
  const bad = ran - count('same losses') - count('told');
  const lines = [
    '# What happens when something breaks',
    '',
    'Made by `npm run faults`, in Chromium on a software WebGPU adapter. A cell is a fault that strikes a small run at one of five moments. *Same',
    'losses*: the run ends by itself with the losses of the unbroken run, bit for bit, and an export arrives. *Told*: the page says what is wrong,',
    'and when the fault is over, what it offers (Train, Go on, the page opened again) ends the run with those losses. *Not reached*: the fault',
    'never struck, so the cell says nothing. Anything else is a fault of ours.',
    '',
    `Of ${all.length} cells, ${ran} ran in this build; what the others do is not known.`,
    `Those that ran: ${count('same losses')} same losses, ${count('told')} told, ${bad} bad.`,
    '',
  ];
  for (const kind of kinds) {
    lines.push(`## ${kind[0]?.toUpperCase()}${kind.slice(1)}`, '', `| Fault | ${moments.join(' | ')} |`);
    lines.push(`| --- |${' --- |'.repeat(moments.length)}`);
    for (const fault of faults.filter((one) => one.kind === kind))
      lines.push(
        `| ${fault.name} | ${moments.map((moment) => cellOf(`${kind}: ${fault.name}, ${moment}`)).join(' | ')} |`,
      );
    lines.push('');
  }
  writeFileSync(path, lines.join('\n'));
}

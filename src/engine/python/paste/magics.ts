// A cell of a notebook as Python: what IPython does with `!`, `%` and `%%` becomes a statement that keeps its line, files that cells write
// are kept, and the scripts that cells start are put in their place with their arguments.

import { own } from '../../ground/own.ts';
import type { Launch } from './launch.ts';
import { launchOf } from './launch.ts';
import type { Line } from './lines.ts';
import { append, commented, dedented, indentOf, textOf } from './lines.ts';
import { scanPython } from './scan.ts';
import { commandsOf, isCommandLine } from './shell.ts';

export interface Cell {
  readonly code: readonly Line[];
  /** Training that the cell starts with a command. */
  readonly launches: readonly Launch[];
  readonly files: Files;
}

/** Cells that are no Python. */
const otherLanguage =
  /^%%(bash|sh|script|cmd|html|javascript|js|latex|markdown|svg|perl|ruby|sql|cython|R)\b/;
const writesFile = /^%%(?:writefile|file)\s+(?:-a\s+)?(\S+)/;
/** What comes after these is Python. */
const timing = /^%(?:time|timeit|prun|memit)\s+(?:-[nr]\s*\d+\s+)*/;

/** Within a block it may be all there is, so it stays a statement. */
const passing = (line: Line): Line =>
  indentOf(line.text) === ''
    ? commented(line)
    : { text: `${indentOf(line.text)}pass  # ${line.text.trim()}`, from: line.from };

/** The files that the cells of a text have written so far, with the lines that they were written on. */
export type Files = Readonly<Record<string, readonly Line[]>>;

export const textsOf = (files: Files): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, textOf(lines)]));

/** A script that a cell wrote before, at the place where a command starts it. */
function inlined(launch: Launch, files: Files, line: Line): Line[] | null {
  const written = launch.tool === 'script' ? own(files, launch.target.replace(/^\.\//, '')) : undefined;
  if (written === undefined || indentOf(line.text) !== '') return null;
  const argv = `import sys; sys.argv = ${JSON.stringify([launch.target, ...launch.argv])}`;
  return [commented(line), { text: argv, from: line.from }, ...written];
}

function magicLine(line: Line): Line {
  const text = line.text.trim();
  const env = /^%env\s+(\w+)\s*=?\s*(.+)$/.exec(text) ?? /^%set_env\s+(\w+)\s*=?\s*(.+)$/.exec(text);
  if (env)
    return {
      text: `${indentOf(line.text)}import os; os.environ[${JSON.stringify(env[1])}] = ${JSON.stringify(env[2])}`,
      from: line.from,
    };
  if (timing.test(text)) return { text: indentOf(line.text) + text.replace(timing, ''), from: line.from };
  return passing(line);
}

/** `files`: what cells above have written. */
function readCell(lines: readonly Line[], files: Files = {}): Cell {
  const first = lines.findIndex(({ text }) => text.trim() !== '' && !text.trimStart().startsWith('#'));
  const head = lines[first]?.text.trim() ?? '';
  const target = writesFile.exec(head)?.[1];
  if (target !== undefined) {
    const name = target.replace(/^['"]|['"]$|^\.\//g, '');
    return { code: lines.map(commented), launches: [], files: { [name]: lines.slice(first + 1) } };
  }
  if (otherLanguage.test(head)) {
    const rest = lines.slice(first + 1);
    const started = commandsOf(rest).flatMap((command) => launchOf(command) ?? []);
    const code = lines.flatMap((line) => {
      const launch = started.find((one) => one.line === line.from);
      return (launch && inlined(launch, files, line)) ?? [commented(line)];
    });
    return { code, launches: started, files: {} };
  }
  return readLines(lines, files);
}

function readLines(lines: readonly Line[], files: Files): Cell {
  const { states } = scanPython(textOf(lines));
  const code: Line[] = [];
  const launches: Launch[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i];
    const state = states[i];
    if (!line) continue;
    const text = line.text.trim();
    const inside = state?.inString || (state?.depth ?? 0) > 0 || state?.continued;
    const system = /^get_ipython\(\)\.(?:system|getoutput|run_line_magic|run_cell_magic)\((.*)\)\s*$/.exec(
      text,
    )?.[1];
    if (inside) code.push(line);
    else if (text.startsWith('%%')) code.push(commented(line));
    else if (text.startsWith('!') || isBareCommand(text) || system !== undefined) {
      let end = i;
      while (/\\\s*$/.test(lines[end]?.text ?? '') && end + 1 < lines.length) end++;
      const taken = lines.slice(i, end + 1);
      const shell =
        system === undefined ? taken : [{ text: system.replace(/^f?['"]|['"]$/g, ''), from: line.from }];
      const started = commandsOf(shell).flatMap((command) => launchOf(command) ?? []);
      append(launches, started);
      const script = started[0] ? inlined(started[0], files, line) : null;
      append(code, script ?? [passing(line)]);
      append(code, taken.slice(1).map(commented));
      i = end;
    } else if (/^%[A-Za-z]/.test(text)) code.push(magicLine(line));
    else if (/^\w+\s*=\s*!/.test(text))
      code.push({
        text: `${indentOf(line.text)}${text.replace(/=\s*!.*$/, '= []')}  # ${text}`,
        from: line.from,
      });
    else if (/^\w+\s*=\s*%\w/.test(text))
      code.push({
        text: `${indentOf(line.text)}${text.replace(/=\s*%\w.*$/, '= None')}  # ${text}`,
        from: line.from,
      });
    else if (/^\?{1,2}\w|^[\w.]+\?{1,2}$/.test(text)) code.push(passing(line));
    else code.push(line);
  }
  return { code, launches, files: {} };
}

/** `pip install x` without a mark: IPython runs it, and people paste it above their script. */
const isBareCommand = (text: string): boolean =>
  isCommandLine(text) &&
  !/^(python[\d.]*|tune|hf|cat|ls|export)\b\s*([=.(,[]|$)/.test(text) &&
  !/^\w+\s*[=(.[]/.test(text);

/** Flat text cut where editors and exports mark cells: `# %%`, `# In[3]:`, and before every `%%`. */
function cellsOf(lines: readonly Line[]): Line[][] {
  const cells: Line[][] = [[]];
  const { states } = scanPython(textOf(lines));
  lines.forEach((line, i) => {
    const starts = /^# ?%%|^# In\[[\d ]*\]:?|^%%[A-Za-z]/.test(line.text) && !states[i]?.inString;
    if (starts) cells.push([]);
    cells.at(-1)?.push(line);
  });
  return cells;
}

/** Python with magics, of a script or a whole export. */
export function readFlat(lines: readonly Line[]): Cell {
  const files: Record<string, readonly Line[]> = {};
  const launches: Launch[] = [];
  const code: Line[] = [];
  for (const cell of cellsOf(lines)) {
    for (const part of afterShellCell(cell)) {
      const read = readCell(part, files);
      Object.assign(files, read.files);
      append(launches, read.launches);
      append(code, read.code);
    }
  }
  return { code, launches, files };
}

/** A `%%bash` cell of flat text has no end: it ends where Python begins again after an empty line. */
function afterShellCell(cell: Line[]): Line[][] {
  if (!otherLanguage.test(cell[0]?.text ?? '')) return [cell];
  const end = cell.findIndex(
    ({ text }, i) =>
      i > 1 &&
      (cell[i - 1]?.text.trim() ?? '') === '' &&
      /^(from \S+ import|import |def |class |@|\w+\s*=\s)/.test(text),
  );
  return end < 0 ? [cell] : [cell.slice(0, end), cell.slice(end)];
}

/** Cells of any indentation. */
export const readLooseCell = (lines: readonly Line[], files: Files): Cell => readCell(dedented(lines), files);

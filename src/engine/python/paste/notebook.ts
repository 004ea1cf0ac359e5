// A notebook's file: its code cells in order as one script, what the cells printed when they failed, and its prose as comments.

import { isRecord } from './json.ts';
import type { Launch } from './launch.ts';
import type { Line } from './lines.ts';
import { append } from './lines.ts';
import { readLooseCell, textsOf } from './magics.ts';
import type { PastedCell } from './pasted.ts';

export interface Notebook {
  readonly code: readonly Line[];
  readonly launches: readonly Launch[];
  readonly files: Readonly<Record<string, string>>;
  /** Tracebacks, warnings and logs among the outputs. */
  readonly evidence: string;
  readonly cells: readonly PastedCell[];
}

/** Text in a notebook is a string or a list of lines that keep their ends. */
function textIn(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((part) => typeof part === 'string').join('') : '';
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Cells of nbformat 4, or of the worksheets of nbformat 3. */
function cellsIn(json: Readonly<Record<string, unknown>>): readonly unknown[] {
  if (Array.isArray(json.cells)) return json.cells;
  return list(json.worksheets).flatMap((sheet) => (isRecord(sheet) ? list(sheet.cells) : []));
}

export const isNotebook = (json: unknown): json is Readonly<Record<string, unknown>> =>
  isRecord(json) && cellsIn(json).some((cell) => isRecord(cell) && 'cell_type' in cell);

function printed(output: unknown): string {
  if (!isRecord(output)) return '';
  const isError = output.output_type === 'error' || output.output_type === 'pyerr';
  if (isError) {
    const trace = list(output.traceback).filter((part) => typeof part === 'string');
    const last = `${textIn(output.ename)}: ${textIn(output.evalue)}`;
    return `${trace.join('\n')}\n${trace.some((part) => part.includes(textIn(output.evalue))) ? '' : last}`;
  }
  return textIn(output.text);
}

export function readNotebook(json: Readonly<Record<string, unknown>>): Notebook {
  const code: Line[] = [];
  const launches: Launch[] = [];
  const files: Record<string, readonly Line[]> = {};
  const evidence: string[] = [];
  let line = 0;
  const cells: PastedCell[] = [];
  for (const cell of cellsIn(json)) {
    if (!isRecord(cell)) continue;
    const texts = textIn(cell.source ?? cell.input)
      .replace(/\r\n?/g, '\n')
      .split('\n');
    const lines = texts.map((text): Line => ({ text, from: ++line }));
    if (cell.cell_type !== 'code') {
      append(
        code,
        lines.map(({ text, from }) => ({ text: text.trim() === '' ? '' : `# ${text}`, from })),
      );
      continue;
    }
    // nbformat 3 calls it so.
    const count = cell.execution_count ?? cell.prompt_number;
    if (typeof count === 'number') cells.push({ count, from: line - lines.length + 1, lines: lines.length });
    const read = readLooseCell(lines, files);
    append(code, read.code);
    append(launches, read.launches);
    Object.assign(files, read.files);
    append(evidence, list(cell.outputs).map(printed).filter(Boolean));
  }
  return { code, launches, files: textsOf(files), evidence: evidence.join('\n'), cells };
}

// The line of the source that a frame of a traceback stands on. A notebook's traceback counts the lines of a cell, and names the cell by how
// often one had run; where that is of no help, the line's own words are.
import type { Pasted } from './pasted.ts';
import type { TracebackFrame } from './tracebackFrames.ts';

/** Line whose words are these and no other's; null: none, or several. */
function lineSaying(source: string, code: string | null): number | null {
  if (code === null || code === '') return null;
  const lines = source.split('\n').map((line) => line.trim());
  const at = lines.indexOf(code);
  return at >= 0 && lines.lastIndexOf(code) === at ? at + 1 : null;
}

/** null: it is in a cell that isn't known here. Of any other file the number as it is printed. */
export function frameLine(
  { file, line, code }: Pick<TracebackFrame, 'file' | 'line' | 'code'>,
  { source, lineOf, cells }: Pick<Pasted, 'source' | 'lineOf' | 'cells'>,
): number | null {
  const cell = /^Cell In\[(\d*)\]$/.exec(file);
  if (!cell) return line;
  // A cell that ran twice stands under its last number alone.
  const known = cells.find(({ count }) => String(count) === cell[1]);
  const inside = known && line !== null && line <= known.lines;
  const at = inside ? lineOf.indexOf(known.from + line - 1) + 1 : 0;
  return at > 0 ? at : lineSaying(source, code);
}

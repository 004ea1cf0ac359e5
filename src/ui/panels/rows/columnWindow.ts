// Which columns of a wide table stand in the document: those to be seen and one on each side, however many there are. Pure; widths are judged by
// letters, once for a file, so that no row that comes later moves a column.
import type { RowsView } from '../../../engine/protocol.ts';

/** Pixels: a letter of the small type on average, one of a column's name, the sides of a cell, and the least and the most of a column. */
const letter = 7;
const nameLetter = 8;
const sides = 18;
const least = 64;
const most = 376;
/** Rows are judged by so many letters, for more are not shown. */
const mostLetters = 60;

/** The width of each column, by its name and the rows at hand. */
export function columnWidths(columns: readonly string[], rows: RowsView['rows']): readonly number[] {
  return columns.map((column, i) => {
    const letters = rows.reduce(
      (longest, { cells }) => Math.max(longest, Math.min(mostLetters, cells[i]?.text.length ?? 0)),
      0,
    );
    const wanted = Math.max(column.length * nameLetter, letters * letter) + sides;
    return Math.min(most, Math.max(least, wanted));
  });
}

export interface ColumnWindow {
  /** The first column that stands in the document, and the first behind it that doesn't. */
  readonly from: number;
  readonly to: number;
  /** Pixels of those left of it, and right of it. */
  readonly before: number;
  readonly after: number;
}

const sum = (widths: readonly number[]): number => widths.reduce((all, one) => all + one, 0);

/** The columns that a view from `left` on, `width` wide, meets, and one more on each side. */
export function columnWindow(widths: readonly number[], left: number, width: number): ColumnWindow {
  let end = 0;
  const ends = widths.map((one) => {
    end += one;
    return end;
  });
  const first = ends.findIndex((one) => one > left);
  const last = ends.findIndex((one) => one >= left + width);
  const from = Math.max(0, (first < 0 ? widths.length : first) - 1);
  const to = Math.min(widths.length, (last < 0 ? widths.length : last) + 2);
  return { from, to, before: sum(widths.slice(0, from)), after: sum(widths.slice(to)) };
}

export const sameWindow = (a: ColumnWindow, b: ColumnWindow): boolean => a.from === b.from && a.to === b.to;

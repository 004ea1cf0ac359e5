// The columns of a wide table: those in view stand in the document, the others are room.
import { expect, test } from 'vitest';
import { columnWidths, columnWindow } from './columnWindow.ts';

const row = (...texts: readonly string[]) => ({
  place: 0,
  cells: texts.map((text) => ({ text, whole: true })),
  problem: null,
  leftOut: false,
  preview: null,
});

test('A column is as wide as its name or its longest text, within bounds', () => {
  const [short, named, long] = columnWidths(
    ['a', 'a name of some letters', 'b'],
    [row('1', '2', 'x'.repeat(500)), row('12', '3', 'y')],
  );
  expect(short).toBeLessThan(named ?? 0);
  expect(named).toBeLessThan(long ?? 0);
  expect(columnWidths(['b'], [row('x'.repeat(5000))])).toEqual([long]);
  expect(columnWidths(['a'], [])).toEqual([short]);
});

test('Of thirty columns those in view stand in the document, and the rest keeps its room', () => {
  const widths = Array.from({ length: 30 }, (_, i) => 80 + i);
  const all = widths.reduce((a, b) => a + b, 0);
  let seen = 0;
  for (let left = 0; left <= all - 600; left += 37) {
    const { from, to, before, after } = columnWindow(widths, left, 600);
    const inside = widths.slice(from, to).reduce((a, b) => a + b, 0);
    expect(before + inside + after).toBe(all);
    expect(before).toBeLessThanOrEqual(left);
    expect(before + inside).toBeGreaterThanOrEqual(left + 600);
    seen = Math.max(seen, to - from);
  }
  expect(seen).toBeLessThanOrEqual(10);
});

test('Columns that all fit all stand there, and none is no column', () => {
  expect(columnWindow([100, 100], 0, 900)).toEqual({ from: 0, to: 2, before: 0, after: 0 });
  expect(columnWindow([], 0, 900)).toEqual({ from: 0, to: 0, before: 0, after: 0 });
  // Scrolled beyond the end, as a page may be for a moment: the last stands there.
  expect(columnWindow([100, 100, 100], 5000, 100)).toEqual({ from: 2, to: 3, before: 200, after: 0 });
});

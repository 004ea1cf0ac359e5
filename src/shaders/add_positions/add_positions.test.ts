// The reference of `add_positions`: where rows, documents and what was said before stand, and the table's end.
import { expect, it } from 'vitest';
import { addPositionsReference } from './add_positions.ref.ts';

const table = Float64Array.of(0, 0, 10, 11, 20, 21, 30, 31);
const shape = { table, c: 2, positions: 4 };
const positionsOf = (n: number, t: number, position: number, documents?: Uint32Array): number[] => {
  const x = new Float64Array(n * 2);
  const where = { documents: documents ?? new Uint32Array(n), HAS_DOCUMENTS: documents ? 1 : 0 };
  addPositionsReference({ ...shape, ...where, x, n, t, step: { position } });
  for (let row = 0; row < n; row++)
    expect((x[2 * row + 1] ?? 0) - (x[2 * row] ?? 0)).toBe(x[2 * row] ? 1 : 0);
  return Array.from({ length: n }, (_, row) => (x[2 * row] ?? 0) / 10);
};

it.each([
  ['rows', positionsOf(4, 2, 0), [0, 1, 0, 1]],
  ['after three tokens', positionsOf(1, 1, 3), [3]],
  ['documents', positionsOf(5, 5, 0, Uint32Array.of(0, 0, 2, 2, 2)), [0, 1, 0, 1, 2]],
  ['beyond the table', positionsOf(2, 2, 3), [3, 3]],
])('%s', (_, got, want) => {
  expect(got).toEqual(want);
});

it('adds to what is there', () => {
  const x = Float64Array.of(1, 2);
  addPositionsReference({
    ...shape,
    documents: new Uint32Array(1),
    HAS_DOCUMENTS: 0,
    x,
    n: 1,
    t: 1,
    step: { position: 2 },
  });
  expect([...x]).toEqual([21, 23]);
});

// Singular triplets against what defines them: A v = σ u, orthonormal vectors, no larger value left out (the rest of the matrix has a
// smaller norm than the smallest value found), for tall, wide, square, rank-deficient and repeated spectra.
import { expect, it } from 'vitest';
import { randomArray } from '../../../shaders/testing/finite.ts';
import { sumBound64 } from '../../../shaders/testing/tolerance.ts';
import { firstOfQr, topSingular } from './singular.ts';

const product = (w: Float64Array, rows: number, columns: number, x: Float64Array): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < columns; i++) sum += (w[row * columns + i] ?? 0) * (x[i] ?? 0);
    return sum;
  });
const near = (got: number | undefined, want: number, bound: number): void =>
  expect(Math.abs((got ?? Number.NaN) - want)).toBeLessThanOrEqual(bound);
const inner = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

/** Rank `rank`, all its singular values equal if `flat`. */
function lowRank(rows: number, columns: number, rank: number, flat: boolean): Float64Array {
  const { q } = firstOfQr({ values: randomArray(rows * rank, 1), rows, columns: rank }, rank);
  const { q: p } = firstOfQr({ values: randomArray(columns * rank, 2), rows: columns, columns: rank }, rank);
  const w = new Float64Array(rows * columns);
  for (let j = 0; j < rank; j++)
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < columns; i++)
        w[row * columns + i] =
          (w[row * columns + i] ?? 0) + (flat ? 1 : 1 / (1 + j)) * (q[j]?.[row] ?? 0) * (p[j]?.[i] ?? 0);
  return w;
}

it.each([
  ['square', 24, 24, 5, randomArray(24 * 24, 3)],
  ['tall', 70, 30, 8, randomArray(70 * 30, 4)],
  ['wide', 30, 90, 8, randomArray(30 * 90, 5)],
  ['all of it', 12, 20, 12, randomArray(12 * 20, 6)],
  ['large', 300, 200, 8, randomArray(300 * 200, 7)],
  ['rank 3 asked for 5', 20, 16, 5, lowRank(20, 16, 3, false)],
  ['equal values', 40, 32, 4, lowRank(40, 32, 6, true)],
] as const)('%s: %i × %i, %i', (_, rows, columns, r, w) => {
  const { values, left, right } = topSingular({ values: w, rows, columns }, r);
  const top = values[0] ?? 0;
  // A backward stable method in float64: p(rows, columns) · u · σ₁, with as many terms as the matrix has.
  const bound = sumBound64(rows * columns, top);
  for (let j = 0; j < r; j++) {
    const [u, v, sigma] = [left[j], right[j], values[j] ?? 0];
    if (!u || !v) throw new Error('too few vectors');
    const image = product(w, rows, columns, v);
    for (let i = 0; i < rows; i++) near(image[i], sigma * (u[i] ?? 0), bound);
    if (j > 0) expect(sigma).toBeLessThanOrEqual((values[j - 1] ?? 0) + bound);
    for (let other = 0; other <= j; other++)
      if (sigma > bound) {
        near(inner(v, right[other] ?? v), other === j ? 1 : 0, bound / top);
        // u = A v / σ: what v lacks in direction is seen through the largest value, twice.
        near(inner(u, left[other] ?? u), other === j ? 1 : 0, (bound * top) / sigma ** 2);
      }
  }
  // Power iteration on what is left stays below the last value found.
  let x: Float64Array<ArrayBufferLike> = randomArray(columns, 11);
  let norm = 0;
  for (let step = 0; step < 200; step++) {
    right.forEach((v) => {
      const share = inner(v, x);
      x = x.map((value, i) => value - share * (v[i] ?? 0));
    });
    const image = product(w, rows, columns, x);
    norm = Math.sqrt(inner(image, image) / Math.max(inner(x, x), 1e-300));
    const back = new Float64Array(columns);
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < columns; i++)
        back[i] = (back[i] ?? 0) + (image[row] ?? 0) * (w[row * columns + i] ?? 0);
    const length = Math.sqrt(inner(back, back));
    if (length < 1e-12 * top * top) break;
    x = back.map((value) => value / length);
  }
  expect(norm).toBeLessThanOrEqual((values[r - 1] ?? 0) + bound);
});

it('gives the first columns of QR', () => {
  const [rows, columns, r] = [20, 9, 4];
  const w = randomArray(rows * columns, 8);
  const found = firstOfQr({ values: w, rows, columns }, r);
  // Q R has W's first r columns.
  for (let column = 0; column < r; column++)
    for (let row = 0; row < rows; row++) {
      let sum = 0;
      for (let j = 0; j < r; j++) sum += (found.q[j]?.[row] ?? 0) * (found.r[j]?.[column] ?? 0);
      near(sum, w[row * columns + column] ?? 0, sumBound64(rows * columns, 8));
    }
});

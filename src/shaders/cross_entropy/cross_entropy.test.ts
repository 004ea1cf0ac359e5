// The gradient of `cross_entropy` against central differences in float64; ignored rows; ties in the argmax.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { crossEntropyReference, rowSumReference } from './cross_entropy.ref.ts';

it.each([
  [1, 2, 0],
  [3, 5, 0],
  [5, 33, 0],
  [3, 7, 0.2],
])('rows %i, v %i, label smoothing %f', (count, v, smoothing) => {
  const z = randomArray(count * v, 1);
  const labels = Int32Array.from({ length: count }, (_, i) => (i === 2 ? -100 : (i * 3) % v));
  const step = { lossScale: 0.25, microBatch: 0 };
  const total = (
    at: Float64Array,
    writeGrad: boolean,
  ): { loss: number; z: Float64Array; rows: Float64Array } => {
    const rows = new Float64Array(4 * count);
    const work = at.slice();
    const numbers = { count, v, first_row: 0, smoothing, weights: rows, HAS_WEIGHTS: 0 };
    crossEntropyReference({ ...numbers, z: work, labels, rows, step, WRITE_GRAD: writeGrad ? 1 : 0 });
    const metrics = new Float64Array(4);
    rowSumReference({ rows, metrics, n: count, offset: 0, step });
    return { loss: metrics[0] ?? 0, z: work, rows };
  };
  const { z: dz, rows } = total(z, true);
  expect(
    gradientMismatches(dz, (at) => Float64Array.of(total(at, false).loss), z, Float64Array.of(1), count + v),
  ).toEqual([]);
  if (count > 2) expect([...rows.subarray(8, 12)]).toEqual([0, 0, 0, 0]);
});

it('counts the first of equal maxima as the prediction', () => {
  const rows = new Float64Array(4);
  crossEntropyReference({
    z: Float64Array.of(1, 1),
    labels: Int32Array.of(0),
    rows,
    count: 1,
    v: 2,
    first_row: 0,
    smoothing: 0,
    step: { lossScale: 1 },
    weights: rows,
    HAS_WEIGHTS: 0,
    WRITE_GRAD: 0,
  });
  expect(rows[1]).toBe(1);
});

// VeRA's vectors against central differences through the product that its factors make.
import { expect, it } from 'vitest';
import { finiteDifference, randomArray } from '../testing/finite.ts';
import { rowDotsReference, scaleRowsReference } from './scale_rows.ref.ts';

const [r, k, out, widest] = [3, 5, 4, 7];
const [dAt, bAt, aFactor, bFactor, total] = [0, 64, 128, 192, 256];
const down = {
  rows: r,
  columns: k,
  stride: widest,
  shared_offset: 0,
  vector_offset: dAt,
  factor_offset: aFactor,
};
const up = {
  rows: out,
  columns: r,
  stride: r,
  shared_offset: r * widest,
  vector_offset: bAt,
  factor_offset: bFactor,
};
const projections = Float64Array.from(randomArray(r * widest + out * r, 1));
const x = Float64Array.from(randomArray(k, 2));
const dy = Float64Array.from(randomArray(out, 3));

const at = (array: Float64Array, i: number): number => array[i] ?? 0;

/** dy · (B'·A'·x), with the factors made of the vectors. */
function loss(given: Float64Array): Float64Array {
  const adapter = given.slice();
  scaleRowsReference({ projections, adapter, ...down });
  scaleRowsReference({ projections, adapter, ...up });
  let sum = 0;
  for (let o = 0; o < out; o++)
    for (let i = 0; i < r; i++)
      for (let j = 0; j < k; j++)
        sum += at(dy, o) * at(adapter, bFactor + o * r + i) * at(adapter, aFactor + i * k + j) * at(x, j);
  return Float64Array.of(sum);
}

it('takes the gradient of both vectors from those of the factors, in each part', () => {
  const adapter = new Float64Array(total);
  adapter.set(randomArray(r, 4), dAt);
  adapter.set(randomArray(out, 5), bAt);
  for (const place of [down, up]) scaleRowsReference({ projections, adapter, ...place });
  const grads = new Float64Array(2 * total);
  for (let o = 0; o < out; o++)
    for (let i = 0; i < r; i++)
      for (let j = 0; j < k; j++) {
        const outer = at(dy, o) * at(x, j);
        const a = total + aFactor + i * k + j;
        const b = total + bFactor + o * r + i;
        grads[a] = at(grads, a) + outer * at(adapter, bFactor + o * r + i);
        grads[b] = at(grads, b) + outer * at(adapter, aFactor + i * k + j);
      }
  for (const place of [down, up]) rowDotsReference({ projections, grads, ...place, total, splits: 2 });
  const { values, allowed } = finiteDifference(loss, adapter, Float64Array.of(1), 4 * r * k * out);
  for (const i of [0, 1, 2, bAt, bAt + 1, bAt + 2, bAt + 3]) {
    expect(at(grads, i)).toBe(0);
    expect(Math.abs(at(grads, total + i) - at(values, i))).toBeLessThanOrEqual(at(allowed, i));
  }
});

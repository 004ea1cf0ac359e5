// The gradient of the head's weights against central differences in float64, chunk by chunk.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { headGradReference } from './head_grad.ref.ts';

it('is dz by h, over two chunks', () => {
  const [n, v, c, offset] = [5, 6, 3, 2];
  const [h, dz] = [randomArray(n * c, 1), randomArray(n * v, 2)];
  const logits = (w: Float64Array): Float64Array =>
    Float64Array.from({ length: n * v }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < c; k++)
        sum += (h[Math.floor(i / v) * c + k] ?? 0) * (w[offset + (i % v) * c + k] ?? 0);
      return sum;
    });
  const grads = new Float64Array(offset + v * c);
  for (const [first_row, rows] of [
    [0, 3],
    [3, 2],
  ] as const)
    headGradReference({ dz: dz.subarray(first_row * v), h, grads, rows, v, c, first_row, offset });
  expect(gradientMismatches(grads, logits, randomArray(offset + v * c, 3), dz, c)).toEqual([]);
});

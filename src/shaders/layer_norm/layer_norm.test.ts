// The gradients of `layer_norm` against central differences in float64.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { mismatches, sumBound64 } from '../testing/tolerance.ts';
import { layerNormBackwardReference, layerNormGradReference, layerNormReference } from './layer_norm.ref.ts';

/** y of x, w and b, with what backward needs. */
function forward(x: Float64Array, w: Float64Array, b: Float64Array, n: number, c: number) {
  const [y, mean, rstd] = [new Float64Array(n * c), new Float64Array(n), new Float64Array(n)];
  layerNormReference({ x, w, b, y, mean, rstd, n, c, eps: 1e-5 });
  return { y, mean, rstd };
}

it.each([
  [1, 2],
  [3, 5],
  [2, 33],
])('n %i, c %i', (n, c) => {
  const [x, w, b] = [randomArray(n * c, 1), randomArray(c, 2), randomArray(c, 5)];
  const [dy, residual] = [randomArray(n * c, 3), randomArray(n * c, 4)];
  const { y, mean, rstd } = forward(x, w, b, n, c);
  // Rows of the normed have no mean.
  for (let row = 0; row < n; row++) {
    let sum = 0;
    for (let i = 0; i < c; i++) sum += ((y[row * c + i] ?? 0) - (b[i] ?? 0)) / (w[i] ?? 1);
    expect(Math.abs(sum)).toBeLessThan(sumBound64(c + 4, 8 * c));
  }
  const dx = new Float64Array(n * c);
  const args = { dy, x, w, mean, rstd, dx, n, c };
  layerNormBackwardReference({ ...args, residual, HAS_RESIDUAL: 0 });
  expect(gradientMismatches(dx, (at) => forward(at, w, b, n, c).y, x, dy, c)).toEqual([]);
  const plain = dx.slice();
  layerNormBackwardReference({ ...args, residual, HAS_RESIDUAL: 1 });
  expect(
    mismatches(
      dx,
      plain.map((value, i) => value + (residual[i] ?? 0)),
      (i) => sumBound64(2, Math.abs(plain[i] ?? 0) + Math.abs(residual[i] ?? 0)),
    ),
  ).toEqual([]);
});

it('a row of equal numbers has no direction: what comes out is the bias', () => {
  const { y } = forward(new Float64Array(4).fill(3), randomArray(4, 1), Float64Array.of(1, 2, 3, 4), 1, 4);
  expect([...y]).toEqual([1, 2, 3, 4]);
});

it.each([
  [1, 2, 1],
  [3, 5, 2],
  [7, 33, 4],
])('in w and b: n %i, c %i, %i parts', (n, c, splits) => {
  const [x, w, b, dy] = [randomArray(n * c, 1), randomArray(c, 2), randomArray(c, 4), randomArray(n * c, 3)];
  const { mean, rstd } = forward(x, w, b, n, c);
  const [offset, bias_offset, total] = [2, c + 3, 2 * c + 4];
  const grads = new Float64Array(splits * total);
  layerNormGradReference({ dy, x, mean, rstd, grads, n, c, offset, bias_offset, total, splits });
  const added = (from: number) =>
    Float64Array.from({ length: c }, (_, i) => {
      let sum = 0;
      for (let split = 0; split < splits; split++) sum += grads[split * total + from + i] ?? 0;
      return sum;
    });
  expect(gradientMismatches(added(offset), (at) => forward(x, at, b, n, c).y, w, dy, n)).toEqual([]);
  expect(gradientMismatches(added(bias_offset), (at) => forward(x, w, at, n, c).y, b, dy, n)).toEqual([]);
});

// The gradients of `rms_norm` against central differences in float64.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { mismatches, sumBound64 } from '../testing/tolerance.ts';
import { rmsNormBackwardReference, rmsNormGradReference, rmsNormReference } from './rms_norm.ref.ts';

it.each([
  [1, 1, 0],
  [3, 5, 0],
  [2, 33, 0],
  [3, 5, 1],
])('n %i, c %i, offset %i', (n, c, offset) => {
  const [x, w, dy, residual] = [
    randomArray(n * c, 1),
    randomArray(c, 2),
    randomArray(n * c, 3),
    randomArray(n * c, 4),
  ];
  const rstd = new Float64Array(n);
  const f = (at: Float64Array): Float64Array => {
    const y = new Float64Array(n * c);
    rmsNormReference({ x: at, w, y, rstd, n, c, eps: 1e-5, offset });
    return y;
  };
  f(x);
  const dx = new Float64Array(n * c);
  const args = { dy, x, w, rstd: rstd.slice(), dx, n, c, offset };
  rmsNormBackwardReference({ ...args, residual, HAS_RESIDUAL: 0 });
  expect(gradientMismatches(dx, f, x, dy, c)).toEqual([]);
  const plain = dx.slice();
  rmsNormBackwardReference({ ...args, residual, HAS_RESIDUAL: 1 });
  expect(
    mismatches(
      dx,
      plain.map((value, i) => value + (residual[i] ?? 0)),
      (i) => sumBound64(2, Math.abs(plain[i] ?? 0) + Math.abs(residual[i] ?? 0)),
    ),
  ).toEqual([]);
});

it.each([
  [1, 1, 1],
  [3, 5, 2],
  [7, 33, 4],
])('in w: n %i, c %i, %i parts', (n, c, splits) => {
  const [x, w, dy] = [randomArray(n * c, 1), randomArray(c, 2), randomArray(n * c, 3)];
  const rstd = new Float64Array(n);
  const f = (at: Float64Array): Float64Array => {
    const y = new Float64Array(n * c);
    rmsNormReference({ x, w: at, y, rstd, n, c, eps: 1e-5, offset: 0 });
    return y;
  };
  f(w);
  const [offset, total] = [2, c + 3];
  const grads = new Float64Array(splits * total);
  rmsNormGradReference({ dy, x, rstd, grads, n, c, offset, total, splits });
  const dw = Float64Array.from({ length: c }, (_, i) => {
    let sum = 0;
    for (let split = 0; split < splits; split++) sum += grads[split * total + offset + i] ?? 0;
    return sum;
  });
  expect(gradientMismatches(dw, f, w, dy, n)).toEqual([]);
});

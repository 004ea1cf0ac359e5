// `head_norm` leaves v alone, and its gradient is that of central differences in float64.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { headNormBackwardReference, headNormGradReference, headNormReference } from './head_norm.ref.ts';

it.each([
  [1, 1, 1, 4, 0],
  [3, 4, 2, 8, 0],
  [2, 3, 1, 4, 1],
])('n %i, %i heads over %i of %i, offset %i', (n, heads, kv_heads, d, offset) => {
  const width = (heads + 2 * kv_heads) * d;
  const [x, dy] = [randomArray(n * width, 1), randomArray(n * width, 2)];
  const shape = { n, heads, kv_heads, d, offset, w_q: randomArray(d, 3), w_k: randomArray(d, 4) };
  const rstd = new Float64Array(n * (heads + kv_heads));
  const f = (at: Float64Array): Float64Array => {
    const y = new Float64Array(n * width);
    headNormReference({ ...shape, x: at, y, rstd, eps: 1e-6 });
    return y;
  };
  const y = f(x);
  for (let i = 0; i < n * width; i++) if (i % width >= (heads + kv_heads) * d) expect(y[i]).toBe(x[i]);
  const dx = new Float64Array(n * width);
  headNormBackwardReference({ ...shape, dy, x, rstd: rstd.slice(), dx });
  expect(gradientMismatches(dx, f, x, dy, d)).toEqual([]);
});

it.each([
  [1, 1, 1, 4, 1],
  [5, 4, 2, 8, 2],
])('in the weights: n %i, %i heads over %i of %i, %i parts', (n, heads, kv_heads, d, splits) => {
  const width = (heads + 2 * kv_heads) * d;
  const [x, dy, w_q, w_k] = [
    randomArray(n * width, 1),
    randomArray(n * width, 2),
    randomArray(d, 3),
    randomArray(d, 4),
  ];
  const rstd = new Float64Array(n * (heads + kv_heads));
  const forward = (q: Float64Array, k: Float64Array): Float64Array => {
    const y = new Float64Array(n * width);
    headNormReference({ n, heads, kv_heads, d, offset: 0, w_q: q, w_k: k, x, y, rstd, eps: 1e-6 });
    return y;
  };
  forward(w_q, w_k);
  const [offset, total] = [3, d + 5];
  const gradient = (first: number, count: number): Float64Array => {
    const grads = new Float64Array(splits * total);
    headNormGradReference({
      ...{ dy, x, rstd, grads, n, heads, kv_heads, d },
      ...{ first, count, offset, total, splits },
    });
    return Float64Array.from({ length: d }, (_, i) => {
      let sum = 0;
      for (let split = 0; split < splits; split++) sum += grads[split * total + offset + i] ?? 0;
      return sum;
    });
  };
  const size = n * heads;
  expect(gradientMismatches(gradient(0, heads), (at) => forward(at, w_k), w_q, dy, size)).toEqual([]);
  expect(gradientMismatches(gradient(heads, kv_heads), (at) => forward(w_q, at), w_k, dy, size)).toEqual([]);
});

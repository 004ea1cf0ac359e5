// `head_norm` leaves v alone, and its gradient is that of central differences in float64.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { headNormBackwardReference, headNormReference } from './head_norm.ref.ts';

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

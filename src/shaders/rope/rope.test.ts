// `rope`: its inverse undoes it, it keeps lengths, and the gradient is the inverse (central differences in float64).
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { plainFrequencies } from '../testing/frequencies.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { ropeReference, rotationTables } from './rope.ref.ts';

it.each([
  [1, 1, 0, 8],
  [6, 3, 4, 8],
  [6, 3, 4, 6],
])('n %i, t %i, position %i, %i of 8 turned', (n, t, position, dims) => {
  const [d, heads_q, heads_k] = [8, 3, 1];
  const stride = (heads_q + 2 * heads_k) * d;
  const tables = rotationTables(16, plainFrequencies(dims));
  const shape = {
    cos_table: tables.cos,
    sin_table: tables.sin,
    step: { position },
    documents: new Uint32Array(n),
    HAS_DOCUMENTS: 0,
    n,
    t,
    stride,
    q_offset: 0,
    k_offset: heads_q * d,
    heads_q,
    heads_k,
    d,
    dims,
  };
  const x = randomArray(n * stride, 1);
  const f = (at: Float64Array): Float64Array => {
    const y = at.slice();
    ropeReference({ ...shape, x: y, sign: 1 });
    return y;
  };
  const back = f(x);
  for (let i = 0; i < n * stride; i++) if (i % d >= dims) expect(back[i]).toBe(x[i]);
  ropeReference({ ...shape, x: back, sign: -1 });
  // The tables are float32: cos² + sin² is 1 to twice their roundoff.
  expect(mismatches(back, x, (i) => ulpBound(1, Math.abs(x[i] ?? 0)))).toEqual([]);
  const dy = randomArray(n * stride, 2);
  const dx = dy.slice();
  ropeReference({ ...shape, x: dx, sign: -1 });
  expect(gradientMismatches(dx, f, x, dy, 2)).toEqual([]);
});

it('starts every document at position 0', () => {
  const [d, heads_q, heads_k] = [8, 1, 1];
  const tables = rotationTables(16, plainFrequencies(d));
  const shape = {
    cos_table: tables.cos,
    sin_table: tables.sin,
    step: { position: 0 },
    stride: 24,
    q_offset: 0,
    k_offset: 8,
  };
  const rotated = (x: Float64Array, n: number, documents?: Uint32Array): Float64Array => {
    const y = x.slice();
    const where = { documents: documents ?? new Uint32Array(n), HAS_DOCUMENTS: documents ? 1 : 0 };
    ropeReference({ ...shape, n, t: n, heads_q, heads_k, d, dims: d, x: y, sign: 1, ...where });
    return y;
  };
  const x = randomArray(5 * 24, 1);
  const packed = rotated(x, 5, Uint32Array.of(0, 0, 2, 2, 2));
  expect([...packed.subarray(2 * 24)]).toEqual([...rotated(x.slice(2 * 24), 3)]);
});

// The blocked references against the plain triple loop, over odd sizes.
import { expect, it } from 'vitest';
import { randomArray } from '../testing/finite.ts';
import { oddSizes } from '../testing/groups.ts';
import { absolute, mismatches, sumBound64 } from '../testing/tolerance.ts';
import { matmulReference } from './matmul.ref.ts';

it.each(oddSizes.flatMap((n) => oddSizes.map((m) => [n, m] as const)))('n %i, m %i', (n, m) => {
  const [k, ru] = [7, 3];
  const [a, u, b, residual] = [
    randomArray(n * k, 1),
    randomArray(n * ru, 2),
    randomArray((k + ru) * m, 3),
    randomArray(n * m, 4),
  ];
  const y = new Float64Array(n * m);
  const numbers = { n, k, m, a_stride: k, a_offset: 0, y_stride: m, y_offset: 0, ADD_RESIDUAL: 1, ADD_Y: 2 };
  matmulReference({ a, u, b, residual, y, ru, ...numbers, ADDS: 1 });
  const at = (array: Float64Array, i: number): number => array[i] ?? 0;
  const want = y.map((_, i) => {
    const [row, column] = [Math.floor(i / m), i % m];
    let sum = at(residual, i);
    for (let p = 0; p < k; p++) sum += at(a, row * k + p) * at(b, p * m + column);
    for (let p = 0; p < ru; p++) sum += at(u, row * ru + p) * at(b, (k + p) * m + column);
    return sum;
  });
  const size = new Float64Array(n * m);
  const positive = { a: absolute(a), u: absolute(u), b: absolute(b), residual: absolute(residual) };
  matmulReference({ ...positive, y: size, ru, ...numbers, ADDS: 1 });
  const bound = (i: number): number => sumBound64(k + ru + 1, at(size, i));
  expect(mismatches(y, want, bound)).toEqual([]);
});

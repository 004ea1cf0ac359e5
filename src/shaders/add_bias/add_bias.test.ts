// The reference of `add_bias` on odd shapes.
import { expect, it } from 'vitest';
import { randomArray } from '../testing/finite.ts';
import { addBiasReference } from './add_bias.ref.ts';

it.each([
  [1, 1],
  [3, 5],
])('n %i, c %i', (n, c) => {
  const [x, b] = [randomArray(n * c, 1), randomArray(c, 2)];
  const y = x.slice();
  addBiasReference({ b, x: y, n, c });
  expect([...y]).toEqual([...x].map((value, i) => value + (b[i % c] ?? 0)));
});

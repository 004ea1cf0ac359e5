// The reference of `add` on odd lengths.
import { expect, it } from 'vitest';
import { randomArray } from '../testing/finite.ts';
import { addReference } from './add.ref.ts';

it.each([1, 5, 123])('adds %i elements', (n) => {
  const [a, b, y] = [randomArray(n, 1), randomArray(n, 2), new Float64Array(n)];
  addReference({ a, b, y, n });
  expect([...y]).toEqual([...a].map((value, i) => value + (b[i] ?? 0)));
});

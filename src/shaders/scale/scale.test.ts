// The reference of `scale` on odd lengths, and that it is its own gradient.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { scaleReference } from './scale.ref.ts';

it.each([1, 5, 123])('scales %i elements', (n) => {
  const scaled = (x: Float64Array): Float64Array => {
    const y = new Float64Array(n);
    scaleReference({ x, y, n, factor: 0.375 });
    return y;
  };
  const [x, dy] = [randomArray(n, 1), randomArray(n, 2)];
  expect([...scaled(x)]).toEqual([...x].map((value) => 0.375 * value));
  expect(gradientMismatches(scaled(dy), scaled, x, dy, 1)).toEqual([]);
});

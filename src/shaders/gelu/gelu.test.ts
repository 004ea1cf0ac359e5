// The gradient of `gelu` against central differences in float64.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { geluBackwardReference, geluReference } from './gelu.ref.ts';

it.each([1, 5, 33])('n %i', (n) => {
  const [a, dh, da] = [randomArray(n, 1), randomArray(n, 2), new Float64Array(n)];
  const forward = (at: Float64Array): Float64Array => {
    const h = new Float64Array(n);
    geluReference({ a: at, h, n });
    return h;
  };
  geluBackwardReference({ dh, a, da, n });
  expect(gradientMismatches(da, forward, a, dh, 4)).toEqual([]);
});

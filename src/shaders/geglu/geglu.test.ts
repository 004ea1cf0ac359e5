// The gradient of `geglu` against central differences in float64.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { gegluBackwardReference, gegluReference } from './geglu.ref.ts';

it.each([
  [1, 1],
  [3, 5],
  [2, 33],
])('n %i, f %i', (n, f) => {
  const [gu, dh, dgu] = [randomArray(n * 2 * f, 1), randomArray(n * f, 2), new Float64Array(n * 2 * f)];
  const forward = (at: Float64Array): Float64Array => {
    const h = new Float64Array(n * f);
    gegluReference({ gu: at, h, n, f });
    return h;
  };
  gegluBackwardReference({ dh, gu, dgu, n, f });
  expect(gradientMismatches(dgu, forward, gu, dh, 4)).toEqual([]);
});

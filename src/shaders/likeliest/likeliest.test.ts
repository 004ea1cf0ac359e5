// The references take what greedy decoding takes: the first of the largest, whatever stretch it stands in.
import { expect, it } from 'vitest';
import { idleStep } from '../lib/step.ts';
import { likeliestPartsReference, likeliestReference } from './likeliest.ref.ts';

it.each([
  [[3, 9, 9, 1, 9], 1],
  [[Number.NEGATIVE_INFINITY, -5, -5], 1],
  [[Number.NaN, 2, Number.NaN], 1],
  [[Number.NEGATIVE_INFINITY, Number.NaN], 0],
])('of %j', (list, place) => {
  const scores = Float64Array.from(list);
  const [values, places, said] = [new Float64Array(2), new Float64Array(2), new Float64Array(4)];
  const ids = new Uint32Array(1);
  likeliestPartsReference({ scores, values, places, v: list.length, PARTS: 2 });
  likeliestReference({ values, places, step: { ...idleStep, position: 3 }, ids, said, PARTS: 2 });
  expect([ids[0], said[3]]).toEqual([place, place]);
});

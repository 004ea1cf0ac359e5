// `lion` against bitsandbytes' Lion in 32 bits (tests/golden/optimizers.json).
import { expect, it } from 'vitest';
import { optimizerSteps } from '../testing/optimizerSteps.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { lionReference } from './lion.ref.ts';

it('repeats five steps of the library, and leaves alone what has no gradient', () => {
  const { start, steps, table, learningRate } = optimizerSteps('lion_32bit');
  const p = Float64Array.from(start);
  const m = new Float64Array(p.length);
  const numbers = {
    ...{ metrics: Float64Array.of(0, 1), step: { learningRate }, n: p.length },
    ...{ beta1: 0.9, one_minus_beta1: 1 - 0.9, beta2: 0.95, one_minus_beta2: 1 - 0.95 },
  };
  for (const { grads, after } of steps) {
    lionReference({ ...numbers, p, grads, table, m });
    expect(mismatches(p, after, ulpBound(16, 2))).toEqual([]);
  }
  const before = p.slice();
  const still = Float64Array.from(table, (value, i) => (i % 2 === 0 ? value : -1));
  lionReference({ ...numbers, p, grads: start, table: still, m });
  expect(p).toEqual(before);
});

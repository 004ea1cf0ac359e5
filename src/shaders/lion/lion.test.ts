// `lion` against bitsandbytes' Lion in 32 bits (tests/golden/optimizers.json).
import { expect, it } from 'vitest';
import { optimizerSteps } from '../testing/optimizerSteps.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { lionReference } from './lion.ref.ts';

it('repeats five steps of the library, and leaves alone what has no gradient', () => {
  const { start, steps, table, learningRate } = optimizerSteps('lion_32bit');
  const p = Float64Array.from(start);
  const m = new Float64Array(p.length);
  for (const { grads, after } of steps) {
    lionReference({ p, grads, table, clipFactor: 1, learningRate, n: p.length, m, beta1: 0.9, beta2: 0.95 });
    expect(mismatches(p, after, ulpBound(16, 2))).toEqual([]);
  }
  const before = p.slice();
  const still = Float64Array.from(table, (value, i) => (i % 2 === 0 ? value : -1));
  lionReference({
    p,
    grads: start,
    table: still,
    clipFactor: 1,
    learningRate,
    n: p.length,
    m,
    beta1: 0.9,
    beta2: 0.95,
  });
  expect(p).toEqual(before);
});

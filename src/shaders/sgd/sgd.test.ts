// `sgd` against torch.optim.SGD (tests/golden/optimizers.json).
import { expect, it } from 'vitest';
import { optimizerSteps } from '../testing/optimizerSteps.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { sgdReference } from './sgd.ref.ts';

it('repeats five steps of the library, and leaves alone what has no gradient', () => {
  const { start, steps, table, learningRate } = optimizerSteps('sgd');
  const p = Float64Array.from(start);

  for (const { grads, after } of steps) {
    sgdReference({ p, grads, table, metrics: Float64Array.of(0, 1), step: { learningRate }, n: p.length });
    expect(mismatches(p, after, ulpBound(16, 2))).toEqual([]);
  }
  const before = p.slice();
  const still = Float64Array.from(table, (value, i) => (i % 2 === 0 ? value : -1));
  sgdReference({
    p,
    grads: start,
    table: still,
    metrics: Float64Array.of(0, 1),
    step: { learningRate },
    n: p.length,
  });
  expect(p).toEqual(before);
});

// `adafactor` against transformers' Adafactor on two matrices and a vector (tests/golden/optimizers.json).
import { expect, it } from 'vitest';
import { optimizerSteps } from '../testing/optimizerSteps.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { adafactorReference } from './adafactor.ref.ts';

it('repeats five steps of the library, and leaves alone what has no gradient', () => {
  const { start, steps, table, learningRate } = optimizerSteps('adafactor');
  const p = Float64Array.from(start);
  const squares = new Float64Array(60);
  const shapes = Uint32Array.of(0, 64, 4, 16, 0, 64, 96, 24, 4, 20, 192, 12, 12, 0, 48);
  const common = { squares, shapes, metrics: Float64Array.of(0, 1), tensors: 3, eps: 1e-30 };
  steps.forEach(({ grads, after }, i) => {
    adafactorReference({
      ...common,
      p,
      grads,
      table,
      step: { learningRate, biasCorrection2: 1 - (i + 1) ** -0.8 },
    });
    expect(mismatches(p, after, ulpBound(16, 2))).toEqual([]);
  });
  const before = p.slice();
  const still = Float64Array.from(table, (value, i) => (i % 2 === 0 ? value : -1));
  adafactorReference({
    ...common,
    p,
    grads: start,
    table: still,
    step: { learningRate, biasCorrection2: 0.5 },
  });
  expect(p).toEqual(before);
});

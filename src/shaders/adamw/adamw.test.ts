// AdamW against torch's golden steps (numerics reference, section 8).
import { expect, it } from 'vitest';
import { halfUnit, mismatches, ulpBound } from '../testing/tolerance.ts';
import { adamwReference } from './adamw.ref.ts';

it('repeats three steps of torch.optim.AdamW, and leaves alone what has no gradient', () => {
  const p = Float64Array.of(1, -2, 3);
  const frozen = Float64Array.of(1);
  const [m, v] = [new Float64Array(3), new Float64Array(3)];
  const steps = [
    [
      [0.1, -0.2, 0.3],
      [0.899, -1.898, 2.897],
    ],
    [
      [0.05, 0.4, -0.1],
      [0.804883, -1.9327124, 2.8540812],
    ],
    [
      [-0.3, 0.1, 0.2],
      [0.8388004, -1.9723449, 2.7909184],
    ],
  ] as const;
  steps.forEach(([grads, want], i) => {
    const t = i + 1;
    const numbers = {
      metrics: Float64Array.of(0, 1),
      step: { learningRate: 0.1, biasCorrection1: 1 - 0.9 ** t, biasCorrection2: 1 - 0.999 ** t },
      beta2: 0.999,
      one_minus_beta1: 1 - 0.9,
      one_minus_beta2: 1 - 0.999,
      eps: 1e-8,
    };
    adamwReference({
      p,
      grads: Float64Array.from(grads),
      m,
      v,
      table: Float64Array.of(0.01, 1),
      n: 3,
      ...numbers,
    });
    // The golden values are float32, printed to seven decimals.
    expect(mismatches(p, want, (at) => halfUnit(7) + ulpBound(1, Math.abs(p[at] ?? 0)))).toEqual([]);
    adamwReference({
      p: frozen,
      grads: Float64Array.of(1),
      m: new Float64Array(1),
      v: new Float64Array(1),
      table: Float64Array.of(0.5, -1),
      n: 1,
      ...numbers,
    });
  });
  expect(frozen[0]).toBe(1);
});

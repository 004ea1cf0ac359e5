// `lion` on the GPU, five steps, against the library that defines it (tests/golden/optimizers.json).
import { describe, expect, it } from 'vitest';
import { call } from '../kernel.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { optimizerSteps } from '../testing/optimizerSteps.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { lion } from './lion.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('lion on the GPU', () => {
  it('repeats five steps of the library', async () => {
    if (!gpu) return;
    const { start, steps, table, learningRate } = optimizerSteps('lion_32bit');
    let p = start;
    let m = new Float32Array(start.length);
    for (const [i, { grads, after }] of steps.entries()) {
      const step = stepBytes({ learningRate, biasCorrection2: 1 - (i + 1) ** -0.8 });
      const arrays = { p, grads, table, metrics: Float32Array.of(0, 1), step, m };
      const buffers = { p: 'p', grads: 'grads', table: 'table', metrics: 'metrics', step: 'step', m: 'm' };
      const got = await runCalls(
        gpu,
        arrays,
        [
          call(lion, {
            buffers,
            params: { n: start.length, beta1: 0.9, one_minus_beta1: 0.1, beta2: 0.95, one_minus_beta2: 0.05 },
          }),
        ],
        ['p', 'm'],
      );
      p = Float32Array.from(got.p ?? []);
      m = Float32Array.from(got.m ?? []);
      expect(mismatches(p, after, ulpBound(16, 2))).toEqual([]);
    }
  });
});

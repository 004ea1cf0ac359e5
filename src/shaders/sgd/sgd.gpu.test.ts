// `sgd` on the GPU, five steps, against the library that defines it (tests/golden/optimizers.json).
import { describe, expect, it } from 'vitest';
import { call } from '../kernel.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { optimizerSteps } from '../testing/optimizerSteps.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { sgd } from './sgd.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('sgd on the GPU', () => {
  it('repeats five steps of the library', async () => {
    if (!gpu) return;
    const { start, steps, table, learningRate } = optimizerSteps('sgd');
    let p = start;
    for (const [i, { grads, after }] of steps.entries()) {
      const step = stepBytes({ learningRate, biasCorrection2: 1 - (i + 1) ** -0.8 });
      const arrays = { p, grads, table, metrics: Float32Array.of(0, 1), step };
      const buffers = { p: 'p', grads: 'grads', table: 'table', metrics: 'metrics', step: 'step' };
      const got = await runCalls(gpu, arrays, [call(sgd, { buffers, params: { n: start.length } })], ['p']);
      p = Float32Array.from(got.p ?? []);
      expect(mismatches(p, after, ulpBound(16, 2))).toEqual([]);
    }
  });
});

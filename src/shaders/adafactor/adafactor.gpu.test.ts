// `adafactor` on the GPU, five steps, against the library that defines it (tests/golden/optimizers.json).
import { describe, expect, it } from 'vitest';
import { call } from '../kernel.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { optimizerSteps } from '../testing/optimizerSteps.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { adafactor } from './adafactor.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('adafactor on the GPU', () => {
  it('repeats five steps of the library', async () => {
    if (!gpu) return;
    const { start, steps, table, learningRate } = optimizerSteps('adafactor');
    let p = start;
    let squares = new Float32Array(64);
    const shapes = Uint32Array.of(0, 64, 4, 16, 0, 64, 96, 24, 4, 20, 192, 12, 12, 0, 48);
    for (const [i, { grads, after }] of steps.entries()) {
      const step = stepBytes({ learningRate, biasCorrection2: 1 - (i + 1) ** -0.8 });
      const arrays = { p, grads, table, metrics: Float32Array.of(0, 1), step, squares, shapes };
      const buffers = {
        p: 'p',
        grads: 'grads',
        table: 'table',
        metrics: 'metrics',
        step: 'step',
        squares: 'squares',
        shapes: 'shapes',
      };
      const got = await runCalls(
        gpu,
        arrays,
        [call(adafactor, { buffers, params: { tensors: 3, eps: 1e-30 } })],
        ['p', 'squares'],
      );
      p = Float32Array.from(got.p ?? []);
      squares = Float32Array.from(got.squares ?? []);
      expect(mismatches(p, after, ulpBound(16, 2))).toEqual([]);
    }
  });
});

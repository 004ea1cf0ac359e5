// `cross_entropy` and `row_sum` on the GPU against the references: odd vocabularies, ignored rows, a chunk in the middle.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { crossEntropy, rowSum } from './cross_entropy.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('cross_entropy on the GPU', () => {
  it.each([
    [1, 1, 0, 0, 0],
    [5, 5, 2, 0.1, 0],
    [123, 65, 0, 0, 0],
    [3, 1024, 1, 0.5, 0],
    [5, 33, 2, 0, 1],
  ])(
    'rows %i, v %i, from row %i, label smoothing %f, weights %i',
    async (count, v, first, smoothing, weighted) => {
      if (!gpu) return;
      const n = count + first;
      const z = Float32Array.from(randomArray(count * v, 1), (value) => value * 4);
      const labels = Int32Array.from({ length: n }, (_, i) => (i % 4 === 3 ? -100 : (i * 7) % v));
      const arrays = {
        z,
        labels,
        weights: Float32Array.from({ length: n }, (_, i) => 0.1 - 0.01 * i),
        step: stepBytes({ lossScale: 0.125, microBatch: 1 }),
        rows: new Float32Array(4 * n),
        metrics: new Float32Array(16),
      };
      const calls: KernelCall<string>[] = [
        call(crossEntropy, {
          buffers: { z: 'z', labels: 'labels', weights: 'weights', step: 'step', rows: 'rows' },
          constants: { HAS_WEIGHTS: weighted },
          params: { count, v, first_row: first, smoothing },
        }),
        call(rowSum, {
          buffers: { rows: 'rows', step: 'step', metrics: 'metrics' },
          params: { n, offset: 4 },
        }),
      ];
      const got = await runCalls(gpu, arrays, calls, ['z', 'rows', 'metrics']);
      const { z: dz, rows, metrics } = runReferences(arrays, calls);
      // Arguments of exp reach 64 below the maximum: 3 + 2·64 ulp each; logits reach 32, losses 64, entropies log v.
      const relative = ulpBound(140, 1) + sumBound(v, 1);
      expect(mismatches(got.z ?? [], dz, relative * 0.125)).toEqual([]);
      expect(mismatches(got.rows ?? [], rows, relative * 2 + ulpBound(4, 64))).toEqual([]);
      expect(
        mismatches(
          got.metrics ?? [],
          metrics,
          count * (relative * 2 + ulpBound(8, 64)) + sumBound(count, 64 * count),
        ),
      ).toEqual([]);
    },
  );
});

// `cross_entropy` and `row_sum` on the GPU against the references: odd vocabularies, ignored rows, a chunk in the middle.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { MANY_LANES } from '../lib/total.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { crossEntropyOf, crossEntropyParts, crossEntropyWhole, partsOf, rowSum } from './cross_entropy.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('cross_entropy on the GPU', () => {
  it.each([
    [1, 1, 0, 0, 0, 'rows'],
    [5, 5, 2, 0.1, 0, 'rows'],
    [123, 65, 0, 0, 0, 'rows'],
    [3, 1024, 1, 0.5, 0, 'rows'],
    [9, 100, 1, 0.1, 1, 'rows'],
    [5, 33, 2, 0, 1, 'rows'],
    [5, 8201, 2, 0.1, 0, 'parts'],
    [7, 65, 1, 0, 1, 'parts'],
  ] as const)(
    'rows %i, v %i, from row %i, label smoothing %f, weights %i, by %s',
    async (count, v, first, smoothing, weighted, by) => {
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
        stretches: new Float32Array(8 * count * partsOf(v)),
      };
      const parts = partsOf(v);
      const buffers = { z: 'z', labels: 'labels', weights: 'weights', step: 'step', rows: 'rows' };
      const labelled = { count, v, first_row: first };
      const constants = { HAS_WEIGHTS: weighted };
      const scored: KernelCall<string>[] =
        by === 'rows'
          ? [call(crossEntropyOf(v), { buffers, constants, params: { ...labelled, smoothing } })]
          : [
              call(crossEntropyParts, {
                buffers: { z: 'z', labels: 'labels', stretches: 'stretches' },
                params: { ...labelled, parts },
              }),
              call(crossEntropyWhole, {
                buffers: { ...buffers, stretches: 'stretches' },
                constants,
                params: { ...labelled, parts, smoothing },
              }),
            ];
      const calls: KernelCall<string>[] = [
        ...scored,
        call(rowSum, {
          buffers: { rows: 'rows', step: 'step', metrics: 'metrics' },
          params: { n, offset: 4 },
          constants: { LANES: by === 'parts' ? MANY_LANES : 64 },
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

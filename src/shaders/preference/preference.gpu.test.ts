// `preference` on the GPU against its reference: one pair, many, every objective, the second micro-batch of a window.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { OBJECTIVES } from './preference.ref.ts';
import { preference, preferenceSums } from './preference.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('preference on the GPU', () => {
  it.each([
    [1, 1, 'sigmoid', 64],
    [3, 17, 'hinge', 64],
    [64, 40, 'sigmoid', 64],
    [5, 33, 'ipo', 64],
    [7, 25, 'orpo', 64],
    [5, 9, 'reference', 64],
    [64, 40, 'sigmoid', 256],
    [3, 300, 'orpo', 256],
  ] as const)('%i pairs of %i tokens, %s, %i invocations', async (pairs, t, objective, LANES) => {
    if (!gpu) return;
    const random = randomArray(2 * pairs * t, 1);
    const rows = new Float32Array(8 * pairs * t);
    random.forEach((value, i) => {
      const counted = i % 7 === 6 ? 0 : 1;
      rows.set([(1 + Math.abs(value)) * counted, i % 2, counted, Math.abs(value) * counted], 4 * i);
    });
    const arrays = {
      rows,
      starts: Uint32Array.from({ length: 2 * pairs }, (_, i) => (i * 5) % t),
      step: stepBytes({ lossScale: 0.5, microBatch: 1 }),
      references: Float32Array.from(randomArray(2 * pairs, 2), (x) => x - t),
      weights: new Float32Array(2 * pairs * t),
      metrics: new Float32Array(24),
      sums: new Float32Array(16 * pairs),
    };
    const shared: KernelCall<string>[] =
      LANES === 64
        ? []
        : [
            call(preferenceSums, {
              buffers: { rows: 'rows', starts: 'starts', sums: 'sums' },
              params: { pairs, t },
            }),
          ];
    const calls: KernelCall<string>[] = [
      ...shared,
      call(preference, {
        buffers: {
          ...{ rows: 'rows', starts: 'starts', step: 'step' },
          ...{ references: 'references', weights: 'weights', metrics: 'metrics', sums: 'sums' },
        },
        params: { pairs, t, offset: 8, beta: 0.1 },
        constants: { LANES, OBJECTIVE: OBJECTIVES[objective] },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['references', 'weights', 'metrics']);
    const want = runReferences(arrays, calls);
    // Sums of t numbers up to 9; what is made of them has slopes of at most 2 (ipo: 2 rests, which reach 5 + 9).
    const sum = sumBound(t, 9 * t);
    expect(mismatches(got.references ?? [], want.references, sum)).toEqual([]);
    const relative = 4 * sum + ulpBound(16, 32);
    expect(mismatches(got.weights ?? [], want.weights, relative)).toEqual([]);
    expect(
      mismatches(got.metrics ?? [], want.metrics, 32 * relative + sumBound(pairs * t, 9 * pairs * t)),
    ).toEqual([]);
  });
});

// `grad_reduce` and `clip_factor` on the GPU against their references: odd lengths, several splits, clipping on and off.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { MANY_LANES } from '../lib/total.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { STRETCH } from './grad_norm.ref.ts';
import { clipFactor, gradReduce, gradStretches, stretchNorms, stretchTable } from './grad_norm.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('grad_norm on the GPU', () => {
  it.each([
    [1, 1, 0.5, 'tensors'],
    [4, 3, 0, 'tensors'],
    [4, 84, 1, 'tensors'],
    [4, 5, 0.5, 'stretches'],
    [1, 5, 0, 'stretches'],
  ] as const)('%i splits, %i tensors, max_norm %f, by %s', async (splits, tensors, maxNorm, by) => {
    if (!gpu) return;
    const long = by === 'stretches' ? 2 * STRETCH + 3 : 1;
    const lengths = Array.from({ length: tensors }, (_, i) => [long, 5, 123, 65][i % 4] ?? 1);
    let total = 0;
    const places = lengths.map((length) => {
      const offset = total;
      total += Math.ceil(length / 64) * 64;
      return [offset, length] as const;
    });
    const { table, stretches } = stretchTable(places);
    const grads = Float32Array.from(randomArray(splits * total, 3));
    const metrics = new Float32Array(8 + tensors);
    const numbers = { tensors, splits, total, norm_offset: 8 };
    const buffers = { table: 'table', grads: 'grads', metrics: 'metrics' };
    const arrays = { table, grads, metrics, squares: new Float32Array(stretches) };
    const norms: KernelCall<string>[] =
      by === 'tensors'
        ? [call(gradReduce, { buffers, params: numbers })]
        : [
            call(gradStretches, {
              buffers: { table: 'table', grads: 'grads', squares: 'squares' },
              params: { tensors, stretches, splits, total },
            }),
            call(stretchNorms, {
              buffers: { table: 'table', squares: 'squares', metrics: 'metrics' },
              params: { tensors, norm_offset: 8 },
            }),
          ];
    const calls: KernelCall<string>[] = [
      ...norms,
      call(clipFactor, {
        buffers: { metrics: 'metrics' },
        params: { tensors, norm_offset: 8, max_norm: maxNorm },
        constants: { LANES: by === 'tensors' ? 64 : MANY_LANES },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['grads', 'metrics']);
    const { grads: wantGrads, metrics: want } = runReferences(arrays, calls);
    expect(mismatches(got.grads ?? [], wantGrads, sumBound(splits, 8 * splits))).toEqual([]);
    // A norm is a root of a sum of at most so many squares; root and division add a few ulp.
    const bound = (i: number): number =>
      sumBound(Math.max(long, 123) + tensors + splits, want[i] ?? 0) + ulpBound(8, want[i] ?? 0);
    expect(mismatches(got.metrics ?? [], want, bound)).toEqual([]);
  });
});

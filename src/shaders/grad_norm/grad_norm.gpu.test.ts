// `grad_reduce` and `clip_factor` on the GPU against their references: odd lengths, several splits, clipping on and off.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { clipFactor, gradReduce } from './grad_norm.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('grad_norm on the GPU', () => {
  it.each([
    [1, 1, 0.5],
    [4, 3, 0],
    [4, 84, 1],
  ])('%i splits, %i tensors, max_norm %f', async (splits, tensors, maxNorm) => {
    if (!gpu) return;
    const lengths = Array.from({ length: tensors }, (_, i) => [1, 5, 123, 65][i % 4] ?? 1);
    let total = 0;
    const table = Uint32Array.from(
      lengths.flatMap((length) => {
        const offset = total;
        total += Math.ceil(length / 64) * 64;
        return [offset, length];
      }),
    );
    const grads = Float32Array.from(randomArray(splits * total, 3));
    const metrics = new Float32Array(8 + tensors);
    const numbers = { tensors, splits, total, norm_offset: 8 };
    const buffers = { table: 'table', grads: 'grads', metrics: 'metrics' };
    const arrays = { table, grads, metrics };
    const calls: KernelCall<string>[] = [
      call(gradReduce, { buffers, params: numbers }),
      call(clipFactor, {
        buffers: { metrics: 'metrics' },
        params: { tensors, norm_offset: 8, max_norm: maxNorm },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['grads', 'metrics']);
    const { grads: wantGrads, metrics: want } = runReferences(arrays, calls);
    expect(mismatches(got.grads ?? [], wantGrads, sumBound(splits, 8 * splits))).toEqual([]);
    // A norm is a root of a sum of at most 123 + tensors squares; root and division add a few ulp.
    const bound = (i: number): number =>
      sumBound(123 + tensors + splits, want[i] ?? 0) + ulpBound(8, want[i] ?? 0);
    expect(mismatches(got.metrics ?? [], want, bound)).toEqual([]);
  });
});

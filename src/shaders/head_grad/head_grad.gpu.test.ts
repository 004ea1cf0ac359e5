// `head_grad` on the GPU against its reference: odd sizes, a chunk in the middle, added to what is there.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import { headGrad } from './head_grad.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('head_grad on the GPU', () => {
  it.each([
    [1, 1, 1, 0],
    [5, 5, 7, 2],
    [65, 123, 33, 1],
  ])('rows %i, v %i, c %i, from row %i', async (rows, v, c, first_row) => {
    if (!gpu) return;
    const offset = 64;
    const arrays = {
      dz: Float32Array.from(randomArray(rows * v, 1)),
      h: Float32Array.from(randomArray((rows + first_row) * c, 2)),
      grads: Float32Array.from(randomArray(offset + v * c, 3)),
    };
    const params = { rows, v, c, first_row, offset };
    const calls: KernelCall<string>[] = [
      call(headGrad, { buffers: { dz: 'dz', h: 'h', grads: 'grads' }, params }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['grads']);
    const { grads } = runReferences(arrays, calls);
    expect(mismatches(got.grads ?? [], grads, sumBound(rows + 1, 64 * rows + 8))).toEqual([]);
  });
});

// `add_bias` on the GPU: one rounding, so equal to float32 addition.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches } from '../testing/tolerance.ts';
import { addBias } from './add_bias.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('add_bias on the GPU', () => {
  it.each([
    [1, 1],
    [5, 7],
    [33, 65],
  ])('n %i, c %i', async (n, c) => {
    if (!gpu) return;
    const arrays = { b: Float32Array.from(randomArray(c, 1)), x: Float32Array.from(randomArray(n * c, 2)) };
    const calls: KernelCall<string>[] = [call(addBias, { buffers: { b: 'b', x: 'x' }, params: { n, c } })];
    const got = await runCalls(gpu, arrays, calls, ['x']);
    const want = Float32Array.from(runReferences(arrays, calls).x);
    expect(mismatches(got.x ?? [], want, 0)).toEqual([]);
  });
});

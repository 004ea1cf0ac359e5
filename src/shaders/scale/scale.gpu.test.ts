// `scale` on the GPU: one rounding, so equal to float32 multiplication.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches } from '../testing/tolerance.ts';
import { scale } from './scale.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('scale on the GPU', () => {
  it.each([1, 5, 123, 65])('%i elements', async (n) => {
    if (!gpu) return;
    const arrays = { x: Float32Array.from(randomArray(n, 1)), y: new Float32Array(n) };
    const calls: KernelCall<string>[] = [
      call(scale, { buffers: { x: 'x', y: 'y' }, params: { n, factor: 0.22 } }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['y']);
    const want = Float32Array.from(runReferences(arrays, calls).y);
    expect(mismatches(got.y ?? [], want, 0)).toEqual([]);
  });
});

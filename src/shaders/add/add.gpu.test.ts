// `add` on the GPU: one rounding, so equal to float32 addition.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches } from '../testing/tolerance.ts';
import { add } from './add.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('add on the GPU', () => {
  it.each([1, 5, 123, 65])('%i elements', async (n) => {
    if (!gpu) return;
    const [a, b] = [Float32Array.from(randomArray(n, 1)), Float32Array.from(randomArray(n, 2))];
    const buffers = { a: 'a', b: 'b', y: 'y' };
    const calls: KernelCall<string>[] = [call(add, { buffers, params: { n } })];
    const arrays = { a, b, y: new Float32Array(n) };
    const got = await runCalls(gpu, arrays, calls, ['y']);
    const want = Float32Array.from(runReferences(arrays, calls).y);
    expect(mismatches(got.y ?? [], want, 0)).toEqual([]);
  });
});

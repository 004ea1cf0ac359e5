// `to_half` and `from_half` on the GPU, there and back: WGSL leaves open which neighbour a rounding takes, and whether subnormals are kept.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { mismatches } from '../testing/tolerance.ts';
import { fromHalf, toHalf } from './half.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('halves on the GPU', () => {
  it.each([1, 5, 123, 130])('%i elements', async (n) => {
    if (!gpu) return;
    const x = Float32Array.from(randomArray(n, 1), (value) => 10 * value);
    x[0] = 1e9;
    const arrays = { x, words: new Uint32Array(Math.ceil(n / 2)), y: new Float32Array(n) };
    const calls: KernelCall<string>[] = [
      call(toHalf, { buffers: { x: 'x', words: 'words' }, params: { n } }),
      call(fromHalf, { buffers: { words: 'words', y: 'y' }, params: { n } }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['y']);
    const want = x.map((value, i) => (i === 0 ? 65504 : value));
    // A step between neighbours, 2^-10 of the number, or the smallest normal one.
    const allowed = (i: number): number =>
      i === 0 ? 0 : Math.max(2 ** -14, 2 ** -10 * Math.abs(want[i] ?? 0));
    expect(mismatches(got.y ?? [], want, allowed)).toEqual([]);
  });

  it('gives every whole number below 2048 back as it is', async () => {
    if (!gpu) return;
    const n = 2048;
    const x = Float32Array.from({ length: n }, (_, i) => i);
    const arrays = { x, words: new Uint32Array(n / 2), y: new Float32Array(n) };
    const calls: KernelCall<string>[] = [
      call(toHalf, { buffers: { x: 'x', words: 'words' }, params: { n } }),
      call(fromHalf, { buffers: { words: 'words', y: 'y' }, params: { n } }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['y']);
    expect(mismatches(got.y ?? [], x, 0)).toEqual([]);
  });
});

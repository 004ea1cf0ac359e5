// `kv_append` on the GPU: copies, so equal bits.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches } from '../testing/tolerance.ts';
import { kvAppend } from './kv_cache.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('kv_append on the GPU', () => {
  it.each([
    [1, 0, 4],
    [5, 3, 12],
    [16, 120, 65],
  ])('t %i at %i, width %i', async (t, position, width) => {
    if (!gpu) return;
    const [stride, max_t] = [4 * width, 123];
    const qkv = Float32Array.from(randomArray(t * stride, 1));
    const params = { t, width, stride, k_offset: 2 * width, v_offset: 3 * width, max_t };
    const calls: KernelCall<string>[] = [
      call(kvAppend, { buffers: { qkv: 'qkv', step: 'step', cache: 'cache' }, params }),
    ];
    const cache = new Float32Array(2 * max_t * width);
    const arrays = { qkv, step: stepBytes({ position }), cache };
    const got = await runCalls(gpu, arrays, calls, ['cache']);
    const want = runReferences(arrays, calls).cache;
    expect(mismatches(got.cache ?? [], want, 0)).toEqual([]);
  });
});

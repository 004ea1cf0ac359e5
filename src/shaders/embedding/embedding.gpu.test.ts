// `embedding` on the GPU: copies, so equal bits.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { mismatches } from '../testing/tolerance.ts';
import { embeddingReference } from './embedding.ref.ts';
import { embedding } from './embedding.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('embedding on the GPU', () => {
  it.each([
    [1, 1, 1],
    [5, 5, 3],
    [123, 65, 40],
  ])('n %i, c %i, v %i', async (n, c, v) => {
    if (!gpu) return;
    const ids = Uint32Array.from({ length: n }, (_, i) => (i * 7) % (v + 2));
    const table = Float32Array.from(randomArray(v * c, 1));
    const calls: KernelCall<string>[] = [
      call(embedding, { buffers: { ids: 'ids', table: 'table', x: 'x' }, params: { n, c, v } }),
    ];
    const got = await runCalls(gpu, { ids, table, x: new Float32Array(n * c) }, calls, ['x']);
    const want = new Float32Array(n * c);
    embeddingReference({ ids, table, x: want, n, c, v });
    expect(mismatches(got.x ?? [], want, 0)).toEqual([]);
  });
});

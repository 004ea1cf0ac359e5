// What trains in an embedding on the GPU against the references: one token, odd sizes, every id the same.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import { embeddingGrad, embeddingLora, embeddingLoraGrad } from './embedding_grad.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('embedding_grad on the GPU', () => {
  it.each([
    [1, 1, 1, 1],
    [65, 33, 1, 5],
    [5, 5, 3, 2],
    [123, 65, 40, 8],
  ])('n %i, c %i, v %i, rank %i', async (n, c, v, rank) => {
    if (!gpu) return;
    const ids = Uint32Array.from({ length: n }, (_, i) => (i * 7) % (v + 1));
    const places = { rank, a_offset: 0, b_offset: rank * v, scale: 0.5 };
    const offset = rank * (v + c);
    const total = offset + v * c;
    const arrays = {
      ids,
      adapter: Float32Array.from(randomArray(total, 1)),
      dx: Float32Array.from(randomArray(n * c, 2)),
      x: Float32Array.from(randomArray(n * c, 3)),
      grads: Float32Array.from(randomArray(total, 4)),
    };
    const lora = { n, c, v, ...places };
    const calls: KernelCall<string>[] = [
      call(embeddingLora, { buffers: { ids: 'ids', adapter: 'adapter', x: 'x' }, params: lora }),
      call(embeddingLoraGrad, {
        buffers: { ids: 'ids', adapter: 'adapter', dx: 'dx', grads: 'grads' },
        params: lora,
      }),
      call(embeddingGrad, {
        buffers: { ids: 'ids', dx: 'dx', grads: 'grads' },
        params: { n, c, v, offset },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['x', 'grads']);
    const want = runReferences(arrays, calls);
    expect(mismatches(got.x ?? [], want.x, sumBound(rank + 2, 8 + 32 * rank))).toEqual([]);
    // dA sums n·c products of two entries up to 8, halved.
    expect(mismatches(got.grads ?? [], want.grads, sumBound(n * c + 2, 32 * n * c + 8))).toEqual([]);
  });
});

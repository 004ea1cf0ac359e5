// `embedding` on the GPU: decoded copies, so equal bits.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { decoder } from '../quant/decoders.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { mismatches } from '../testing/tolerance.ts';
import { embeddingReference } from './embedding.ref.ts';
import { embedding } from './embedding.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('embedding on the GPU', () => {
  it.each([
    [1, 1, 1, 'none'],
    [5, 5, 3, 'none'],
    [123, 65, 40, 'none'],
    [123, 65, 40, 'nf4'],
    [123, 64, 40, 'q8_0'],
    [5, 96, 33, 'q4_0'],
  ] as const)('n %i, c %i, v %i, %s', async (n, c, v, format) => {
    if (!gpu) return;
    const ids = Uint32Array.from({ length: n }, (_, i) => (i * 7) % (v + 2));
    const { words, scales } = testGroup(c, [{ out: v, rank: 0 }], format).packed;
    const made: KernelCall<string> = call(embedding, {
      buffers: { ids: 'ids', w: 'w', w_scales: 'w_scales', x: 'x' },
      params: { n, c, v, first: 0, rows: v },
      slots: { decode: decoder(format) },
    });
    const arrays = { ids, w: words, w_scales: scales, x: new Float32Array(n * c) };
    const got = await runCalls(gpu, arrays, [made], ['x']);
    const want = new Float32Array(n * c);
    embeddingReference({ ids, words, scales, format, x: want, n, c, v });
    expect(mismatches(got.x ?? [], want, 0)).toEqual([]);
  });
});

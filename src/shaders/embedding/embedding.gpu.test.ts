// `embedding` on the GPU: decoded copies, so equal bits; with noise, the CPU's noise.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { decoder } from '../quant/decoders.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { embedding } from './embedding.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('embedding on the GPU', () => {
  it.each([
    [1, 1, 1, 'none', 0],
    [5, 5, 3, 'none', 0],
    [123, 65, 40, 'none', 0],
    [123, 65, 40, 'nf4', 0],
    [123, 64, 40, 'q8_0', 0],
    [5, 96, 33, 'q4_0', 0],
    [5, 65, 40, 'nf4', 0.25],
  ] as const)('n %i, c %i, v %i, %s, noise %f', async (n, c, v, format, size) => {
    if (!gpu) return;
    const ids = Uint32Array.from({ length: n }, (_, i) => (i * 7) % (v + 2));
    const { words, scales } = testGroup(c, [{ out: v, rank: 0 }], format).packed;
    const made: KernelCall<string> = call(embedding, {
      buffers: { ids: 'ids', w: 'w', w_scales: 'w_scales', step: 'step', x: 'x' },
      params: { n, c, v, first: 0, rows: v, first_block: 0 },
      constants: { HAS_NOISE: size > 0 ? 1 : 0 },
      slots: { decode: decoder(format) },
    });
    const step = stepBytes({ seed: 7, noise: size });
    const arrays = { ids, w: words, w_scales: scales, step, x: new Float32Array(n * c) };
    const got = await runCalls(gpu, arrays, [made], ['x']);
    const want = runReferences(arrays, [made]).x;
    expect(mismatches(got.x ?? [], want, size > 0 ? ulpBound(3, 2) : 0)).toEqual([]);
  });
});

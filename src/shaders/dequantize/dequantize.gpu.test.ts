// `dequantize` on the GPU against its reference: every format, both directions, odd shapes, with and without adapters.
import { describe, expect, it } from 'vitest';
import { call } from '../kernel.ts';
import type { WeightFormat } from '../quant/decoders.ts';
import { decoder } from '../quant/decoders.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { dequantizeReference } from './dequantize.ref.ts';
import { dequantize } from './dequantize.ts';

const gpu = await gpuOrNull();
const formats: readonly WeightFormat[] = ['none', 'nf4', 'fp4', 'nf4-double', 'fp4-double'];
const shapes = [
  [4, [{ out: 1, rank: 0 }]],
  [
    12,
    [
      { out: 7, rank: 3 },
      { out: 5, rank: 0 },
      { out: 9, rank: 6 },
    ],
  ],
  [
    65,
    [
      { out: 33, rank: 5 },
      { out: 66, rank: 9 },
    ],
  ],
  [
    128,
    [
      { out: 128, rank: 8 },
      { out: 64, rank: 8 },
      { out: 300, rank: 8 },
    ],
  ],
] as const;

describe.skipIf(!gpu)('dequantize on the GPU', () => {
  it.each(formats.flatMap((format) => shapes.map(([k, members]) => [format, k, members] as const)))(
    '%s, k %i, %j',
    async (format, k, members) => {
      if (!gpu) return;
      const g = testGroup(k, members, format);
      const { out, ru, segments, packed, adapter } = g;
      for (const transposed of [true, false]) {
        const length = transposed ? (k + ru) * out : (out + ru) * k;
        const arrays = {
          w: packed.words,
          w_scales: packed.scales,
          adapter,
          scratch: new Float32Array(length),
        };
        const buffers = { w: 'w', w_scales: 'w_scales', adapter: 'adapter', scratch: 'scratch' };
        const params = { k, out, ru, count: segments.length, segments };
        const got = await runCalls(
          gpu,
          arrays,
          [
            call(dequantize, {
              buffers,
              params,
              constants: { TRANSPOSED: transposed ? 1 : 0 },
              slots: { decode: decoder(format) },
            }),
          ],
          ['scratch'],
        );
        const want = new Float32Array(length);
        dequantizeReference({
          words: packed.words,
          scales: packed.scales,
          format,
          adapter,
          scratch: want,
          k,
          out,
          ru,
          segments,
          transposed,
        });
        // Plain formats are one product: equal bits. A restored scale is a product and a sum, which a GPU may fuse.
        const bound = (i: number): number =>
          format.endsWith('double')
            ? ulpBound(2, Math.abs(want[i] ?? 0) + 1)
            : ulpBound(1, Math.abs(want[i] ?? 0));
        expect(mismatches(got.scratch ?? [], want, bound)).toEqual([]);
      }
    },
  );
});

// `dequantize` on the GPU against its reference: every format, both directions, odd shapes, with and without adapters.
import { describe, expect, it } from 'vitest';
import { decoder } from '../quant/decoders.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { dequantizeCall } from './dequantize.ts';

const gpu = await gpuOrNull();
const formats: readonly WeightFormat[] = ['none', 'nf4', 'fp4', 'nf4-double', 'fp4-double'];
const blockFormats: readonly WeightFormat[] = ['q4_0', 'q4_1', 'q8_0', 'f16', 'bf16'];
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
  // Blocks of 32 fill rows whole, so the shapes with an odd K are for the others.
  const cases = [
    ...formats.flatMap((format) => shapes.map(([k, members]) => [format, k, members] as const)),
    ...blockFormats.flatMap((format) => [
      [format, 128, shapes[3][1]] as const,
      [format, 32, shapes[2][1]] as const,
    ]),
  ];
  it.each(cases)('%s, k %i, %j', async (format, k, members) => {
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
      const made = dequantizeCall({ buffers, decode: decoder(format), segments, k, out, ru, transposed });
      const got = await runCalls(gpu, arrays, [made], ['scratch']);
      const want = Float32Array.from(runReferences(arrays, [made]).scratch);
      // Plain formats are one product: equal bits. A product and a sum may be fused by a GPU.
      const bound = (i: number): number =>
        format.endsWith('double') || format === 'q4_1'
          ? ulpBound(2, Math.abs(want[i] ?? 0) + 1)
          : ulpBound(1, Math.abs(want[i] ?? 0));
      expect(mismatches(got.scratch ?? [], want, bound)).toEqual([]);
    }
  });
});

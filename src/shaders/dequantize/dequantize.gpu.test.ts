// `dequantize` on the GPU against its reference: every format, both directions, odd shapes, with and without adapters.
import { describe, expect, it } from 'vitest';
import { decoder } from '../quant/decoders.ts';
import { blockLayouts, isBlockFormat } from '../quant/ggml.ts';
import { mixedFormat } from '../quant/mixed.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { dequantizeCall } from './dequantize.ts';

const gpu = await gpuOrNull();
const formats: readonly WeightFormat[] = ['none', 'nf4', 'fp4', 'nf4-double', 'fp4-double'];
const blockFormats = Object.keys(blockLayouts).filter(isBlockFormat);
/** Members each in its own, also where nothing of theirs begins at a word of the others'. */
const mixedFormats: readonly WeightFormat[] = [
  mixedFormat(['q4_k', 'q6_k', 'none']),
  mixedFormat(['q6_k', 'q3_k', 'bf16']),
  mixedFormat(['q8_0', 'q5_0', 'q4_1']),
];
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

type Case = [
  format: WeightFormat,
  k: number,
  members: readonly { readonly out: number; readonly rank: number }[],
];
/** A product and a sum, which a GPU may fuse. */
const summed = /double|_1|q[45]_k/;

describe.skipIf(!gpu)('dequantize on the GPU', () => {
  // Blocks of 32 and 256 fill rows whole, so the shapes with an odd K are for the others.
  const cases: Case[] = [
    ...formats.flatMap((format) => shapes.map(([k, members]): Case => [format, k, members])),
    ...blockFormats.map(
      (format): Case => [format, blockLayouts[format].elements === 256 ? 256 : 128, shapes[3][1]],
    ),
    ...(['q4_0', 'q8_0', 'f16', 'q5_0'] as const).map((format): Case => [format, 32, shapes[2][1]]),
    ['q6_k', 512, shapes[1][1]],
    ...mixedFormats.map((format, i): Case => [format, 256, shapes[i === 0 ? 1 : 3][1]]),
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
      // Plain formats are one product: equal bits.
      const bound = (i: number): number =>
        summed.test(format) ? ulpBound(2, Math.abs(want[i] ?? 0) + 1) : ulpBound(1, Math.abs(want[i] ?? 0));
      expect(mismatches(got.scratch ?? [], want, bound)).toEqual([]);
    }
  });
});

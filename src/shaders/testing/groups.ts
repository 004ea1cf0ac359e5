// Test-only: a linear group with adapters at odd sizes, its segments and its flat adapter buffer.
import type { SegmentNumbers } from '../lib/segments.ts';
import { quantise4 } from '../quant/blockwise4.ts';
import { isBlockFormat, isMemberFormat } from '../quant/ggml.ts';
import { membersOf, mixedFormat } from '../quant/mixed.ts';
import type { PackedGroup } from '../quant/packing.ts';
import { packBlocks, packQuantised } from '../quant/packing.ts';
import type { BlockFormat, WeightFormat } from '../quant/weightFormat.ts';
import { randomBlocks } from './blocks.ts';
import { randomArray } from './finite.ts';

export interface TestGroup {
  readonly k: number;
  readonly out: number;
  readonly ru: number;
  readonly total: number;
  readonly segments: readonly SegmentNumbers[];
  readonly adapter: Float32Array<ArrayBuffer>;
  readonly packed: PackedGroup;
}

/** Near 1/8; of sub-blocks with scales of their own less, for those multiply. */
const scaleOf = (format: BlockFormat): number => (format.endsWith('_k') ? 0x1c : 0x30);

/** Float weights, members at multiples of 64 elements; the scales are an empty word. */
export const packFloats = (members: readonly Float32Array<ArrayBuffer>[]): PackedGroup =>
  packBlocks(
    'none',
    members.map(({ buffer, byteOffset, byteLength, length }) => ({
      bytes: new Uint8Array(buffer, byteOffset, byteLength),
      count: length,
    })),
  );

function pack(weights: readonly Float32Array<ArrayBuffer>[], format: WeightFormat): PackedGroup {
  if (format === 'none') return packFloats(weights);
  if (isBlockFormat(format)) {
    const blocks = weights.map((w, i) => ({
      bytes: randomBlocks(format, w.length, 60 + i, scaleOf(format)),
      count: w.length,
    }));
    return packBlocks(format, blocks);
  }
  const mixed = membersOf(format, isMemberFormat);
  if (mixed)
    return packBlocks(
      mixedFormat(mixed),
      weights.map((w, i) => {
        const own = mixed[i] ?? 'none';
        const bytes =
          own === 'none'
            ? new Uint8Array(w.slice().buffer)
            : randomBlocks(own, w.length, 60 + i, scaleOf(own));
        return { bytes, count: w.length };
      }),
    );
  const type = format.startsWith('nf4') ? 'nf4' : 'fp4';
  return packQuantised(weights.map((w) => quantise4(w, type, format.endsWith('double'))));
}

/** Members of these widths over K inputs, each with an adapter of the given rank (0: none), and with DoRA's m behind each B. */
export function testGroup(
  k: number,
  members: readonly { readonly out: number; readonly rank: number }[],
  format: WeightFormat,
  dora = false,
): TestGroup {
  const weights = members.map(({ out }, i) => Float32Array.from(randomArray(out * k, 40 + i)));
  const packed = pack(weights, format);
  let [start, column, at] = [0, 0, 0];
  const place = (length: number): number => {
    const offset = at;
    at += Math.ceil(length / 64) * 64;
    return offset;
  };
  const segments = members.map(({ out, rank }, i): SegmentNumbers => {
    const segment = {
      start,
      end: start + out,
      rank,
      u_column: column,
      a_offset: place(rank * k),
      b_offset: place(out * rank),
      first_block: packed.firstBlocks[i] ?? 0,
      scale: 0.5 + i,
    };
    if (dora && rank > 0) place(out);
    start += out;
    column += rank;
    return segment;
  });
  return {
    k,
    out: start,
    ru: column,
    total: at,
    segments,
    adapter: Float32Array.from(randomArray(Math.max(64, at), 7)),
    packed,
  };
}

/** Sizes that cross every tile: one, odd, just over. */
export const oddSizes = [1, 5, 65, 123] as const;

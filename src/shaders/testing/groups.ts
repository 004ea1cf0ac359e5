// Test-only: a linear group with adapters at odd sizes, its segments and its flat adapter buffer.
import type { SegmentNumbers } from '../lib/segments.ts';
import { quantise4 } from '../quant/blockwise4.ts';
import { blockLayouts, isBlockFormat } from '../quant/ggml.ts';
import type { PackedGroup } from '../quant/packing.ts';
import { packBlocks, packFloats, packQuantised } from '../quant/packing.ts';
import type { BlockFormat, WeightFormat } from '../quant/weightFormat.ts';
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

/** Bytes of a file with these values nearly; every bit pattern of the quants occurs, scales stay near 1/8. */
function fileBytes(format: BlockFormat, count: number, seed: number): Uint8Array {
  const { elements, scaleBytes, quantBytes } = blockLayouts[format];
  const size = scaleBytes + quantBytes;
  const random = randomArray((count / elements) * size, seed);
  return Uint8Array.from(random, (value, i) => {
    const byte = Math.floor(Math.abs(value) * 65536) & 255;
    const within = i % size;
    if (within < scaleBytes) return within % 2 === 1 ? 0x30 : byte;
    // Floats: exponents near zero, so that no NaN or infinity occurs.
    if (elements === 1 && within === 1) return format === 'f16' ? 0x34 | (byte & 0x83) : 0x3d | (byte & 0x80);
    return byte;
  });
}

function pack(weights: readonly Float32Array[], format: WeightFormat): PackedGroup {
  if (format === 'none') return packFloats(weights);
  if (isBlockFormat(format)) {
    const blocks = weights.map((w, i) => ({ bytes: fileBytes(format, w.length, 60 + i), count: w.length }));
    return packBlocks(format, blocks);
  }
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

// Reads packed groups on the CPU: reference of the WGSL decoders in decoders.ts.
import type { FloatArray } from '../declaration.ts';
import { FP4_CODE, NF4_CODE } from './codebooks.ts';
import { bytesOf64, decodeBlocks, isBlockFormat, isMemberFormat } from './ggml.ts';
import { membersOf } from './mixed.ts';
import { DOUBLE_CODES, DOUBLE_HEADER, DOUBLE_MAP } from './packing.ts';
import type { MemberFormat, WeightFormat } from './weightFormat.ts';

/** f32 scale of one block, restored from two levels where the format has them. */
export function scaleAt(
  scales: Uint32Array,
  floats: Float32Array,
  format: WeightFormat,
  segment: number,
  block: number,
): number {
  if (!format.endsWith('double')) return floats[block] ?? 0;
  const header = segment * DOUBLE_HEADER;
  const code = ((scales[DOUBLE_CODES + (block >> 2)] ?? 0) >>> ((block & 3) * 8)) & 255;
  const nested = floats[(scales[header] ?? 0) + ((block - (scales[header + 2] ?? 0)) >> 8)] ?? 0;
  return Math.fround(Math.fround((floats[DOUBLE_MAP + code] ?? 0) * nested) + (floats[header + 1] ?? 0));
}

export interface DecodeArguments {
  readonly words: Uint32Array;
  readonly scales: Uint32Array;
  readonly format: WeightFormat;
  readonly segment: number;
  readonly firstBlock: number;
  /** First element of the member to decode; 0 if left out. */
  readonly first?: number;
  readonly count: number;
  readonly out: FloatArray;
  readonly outAt: number;
}

const bytesOf = (words: Uint32Array): Uint8Array =>
  new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
const floatsOf = (words: Uint32Array): Float32Array =>
  new Float32Array(words.buffer, words.byteOffset, words.length);

/** A member by its places in the header. */
function decodeMixed(
  { words, scales, segment, first = 0, ...rest }: DecodeArguments,
  format: MemberFormat,
): void {
  const own = words.subarray(scales[2 * segment] ?? 0);
  const ownScales = scales.subarray(scales[2 * segment + 1] ?? 0);
  decodeMember({ ...rest, words: own, scales: ownScales, format, segment, firstBlock: 0, first });
}

/** Decodes `count` elements of one member into `out` at `outAt`. */
export function decodeMember(args: DecodeArguments): void {
  const { words, scales, format, segment, firstBlock, first = 0, count, out, outAt } = args;
  const members = membersOf(format, isMemberFormat);
  if (members) {
    decodeMixed(args, members[segment] ?? 'none');
    return;
  }
  if (format === 'none') {
    const floats = floatsOf(words);
    const from = firstBlock * 64 + first;
    for (let e = 0; e < count; e++) out[outAt + e] = floats[from + e] ?? 0;
    return;
  }
  if (isBlockFormat(format)) {
    const size = bytesOf64(format);
    const places = { quantsAt: firstBlock * size.quants, scalesAt: firstBlock * size.scales };
    const arrays = { quants: bytesOf(words), scales: bytesOf(scales), ...places };
    decodeBlocks(format, arrays, first, count, out, outAt);
    return;
  }
  const code = format.startsWith('nf4') ? NF4_CODE : FP4_CODE;
  const floats = floatsOf(scales);
  const bytes = bytesOf(words);
  let done = 0;
  while (done < count) {
    const element = first + done;
    const block = element >> 6;
    const scale = scaleAt(scales, floats, format, segment, firstBlock + block);
    const end = Math.min(count - done, 64 - (element & 63));
    const byteAt = (firstBlock + block) * 32;
    for (let i = 0; i < end; i++) {
      const e = (element & 63) + i;
      const byte = bytes[byteAt + (e >> 1)] ?? 0;
      out[outAt + done + i] = Math.fround((code[(e & 1) === 0 ? byte >> 4 : byte & 15] ?? 0) * scale);
    }
    done += end;
  }
}

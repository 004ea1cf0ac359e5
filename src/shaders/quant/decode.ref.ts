// Reads packed groups on the CPU: reference of the WGSL decoders in decoders.ts.
import type { FloatArray } from '../kernel.ts';
import { FP4_CODE, NF4_CODE } from './codebooks.ts';
import type { WeightFormat } from './decoders.ts';
import { DOUBLE_CODES, DOUBLE_HEADER, DOUBLE_MAP } from './packing.ts';

/** f32 scale of one block, restored from two levels where the format has them. */
function scaleAt(
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

/** Decodes `count` elements of one member into `out` at `outAt`. */
export function decodeMember(args: {
  readonly words: Uint32Array;
  readonly scales: Uint32Array;
  readonly format: WeightFormat;
  readonly segment: number;
  readonly firstBlock: number;
  readonly count: number;
  readonly out: FloatArray;
  readonly outAt: number;
}): void {
  const { words, scales, format, segment, firstBlock, count, out, outAt } = args;
  if (format === 'none') {
    const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
    const from = firstBlock * 64;
    for (let e = 0; e < count; e++) out[outAt + e] = floats[from + e] ?? 0;
    return;
  }
  const code = format.startsWith('nf4') ? NF4_CODE : FP4_CODE;
  const floats = new Float32Array(scales.buffer, scales.byteOffset, scales.length);
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  for (let block = 0; block * 64 < count; block++) {
    const scale = scaleAt(scales, floats, format, segment, firstBlock + block);
    const end = Math.min(64, count - block * 64);
    const byteAt = (firstBlock + block) * 32;
    const at = outAt + block * 64;
    for (let e = 0; e < end; e++) {
      const byte = bytes[byteAt + (e >> 1)] ?? 0;
      out[at + e] = Math.fround((code[(e & 1) === 0 ? byte >> 4 : byte & 15] ?? 0) * scale);
    }
  }
}

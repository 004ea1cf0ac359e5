// Test-only: blocks of a file in any format. Every bit pattern of the quants occurs; scales in half precision lie near one power of two, so
// that values stay small.
import { blockLayouts } from '../quant/ggml.ts';
import type { BlockFormat } from '../quant/weightFormat.ts';
import { randomArray } from './finite.ts';

/** Where the high bytes of half-precision scales stand in a block. */
const highBytes: Readonly<Record<BlockFormat, readonly number[]>> = {
  q4_0: [1],
  q4_1: [1, 3],
  q5_0: [1],
  q5_1: [1, 3],
  q8_0: [1],
  iq4_nl: [1],
  int4: [1, 3],
  int4_f32: [3],
  q3_k: [109],
  q4_k: [1, 3],
  q5_k: [1, 3],
  q6_k: [209],
  f16: [],
  bf16: [],
};

/** `high`: of every half-precision scale; its exponent, mostly. */
export function randomBlocks(
  format: BlockFormat,
  count: number,
  seed: number,
  high: number,
): Uint8Array<ArrayBuffer> {
  const { elements, bytes } = blockLayouts[format];
  const scales = new Set(highBytes[format]);
  const random = randomArray((count / elements) * bytes, seed);
  return Uint8Array.from(random, (value, i) => {
    const byte = Math.floor(Math.abs(value) * 65536) & 255;
    const within = i % bytes;
    if (scales.has(within)) return high;
    // Floats: exponents near zero, so that no NaN or infinity occurs.
    if (elements === 1 && within === 1) return format === 'f16' ? 0x34 | (byte & 0x83) : 0x3d | (byte & 0x80);
    return byte;
  });
}

// What a block of ggml means, in float32 rounded as gguf-py rounds: reference of the WGSL decoders (blockDecoders.ts). Quants and
// scales stand in two arrays, as ggml.ts splits a file's blocks. Source: gguf-py 0.19 quants.py; ggml/src/ggml-quants.c.
import { halfToFloat } from './halves.ts';
import type { BlockFormat } from './weightFormat.ts';

/** The formats of more than one element a block. */
export type QuantFormat = Exclude<BlockFormat, 'f16' | 'bf16'>;

const f32 = Math.fround;

/** The values that four bits of IQ4_NL stand for. */
export const IQ4_VALUES = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;

/** Bytes of one of the two arrays, from a block on. */
interface Bytes {
  readonly array: Uint8Array;
  readonly at: number;
}
type Decode = (quants: Bytes, scales: Bytes, out: Float32Array) => void;

const u8 = ({ array, at }: Bytes, i: number): number => array[at + i] ?? 0;
const i8 = (bytes: Bytes, i: number): number => (u8(bytes, i) << 24) >> 24;
const u16 = (bytes: Bytes, i: number): number => u8(bytes, i) | (u8(bytes, i + 1) << 8);
const float = ({ array, at }: Bytes, i: number): number =>
  new DataView(array.buffer, array.byteOffset + at).getFloat32(i, true);
const half = (bytes: Bytes, i: number): number => halfToFloat(u16(bytes, i));

/** Four bits of element e of 32: the first sixteen in the low nibbles, the others in the high ones. */
const nibble = (bytes: Bytes, from: number, e: number): number =>
  (u8(bytes, from + (e & 15)) >> (e & 16 ? 4 : 0)) & 15;

/** The fifth bit of element e of 32. */
const fifth = (bytes: Bytes, e: number): number => ((u8(bytes, e >> 3) >> (e & 7)) & 1) << 4;

/** Scale and minimum of sub-block j of 8, six bits each in twelve bytes. */
function scaleAndMin(scales: Bytes, j: number): readonly [scale: number, min: number] {
  const b = (i: number): number => u8(scales, 4 + i);
  if (j < 4) return [b(j) & 63, b(j + 4) & 63];
  return [(b(j + 4) & 15) | ((b(j - 4) >> 6) << 4), (b(j + 4) >> 4) | ((b(j) >> 6) << 4)];
}

/** Q4_K and Q5_K: eight sub-blocks of 32, d·scale·q − dmin·min. */
function withMinima(scales: Bytes, out: Float32Array, quant: (e: number) => number): void {
  const [d, dmin] = [half(scales, 0), half(scales, 2)];
  for (let j = 0; j < 8; j++) {
    const [scale, min] = scaleAndMin(scales, j);
    const [step, least] = [f32(d * scale), f32(dmin * min)];
    for (let e = 32 * j; e < 32 * j + 32; e++) out[e] = f32(step * quant(e)) - least;
  }
}

const fourOf = (quants: Bytes, from: number, e: number): number =>
  (u8(quants, from + 32 * (e >> 6) + (e & 31)) >> (e & 32 ? 4 : 0)) & 15;

const decoders: Readonly<Record<QuantFormat, Decode>> = {
  q4_0: (quants, scales, out) => {
    const d = half(scales, 0);
    for (let e = 0; e < 32; e++) out[e] = d * (nibble(quants, 0, e) - 8);
  },
  q4_1: (quants, scales, out) => {
    const [d, m] = [half(scales, 0), half(scales, 2)];
    for (let e = 0; e < 32; e++) out[e] = f32(d * nibble(quants, 0, e)) + m;
  },
  q5_0: (quants, scales, out) => {
    const d = half(scales, 0);
    for (let e = 0; e < 32; e++) out[e] = d * ((nibble(quants, 4, e) | fifth(quants, e)) - 16);
  },
  q5_1: (quants, scales, out) => {
    const [d, m] = [half(scales, 0), half(scales, 2)];
    for (let e = 0; e < 32; e++) out[e] = f32(d * (nibble(quants, 4, e) | fifth(quants, e))) + m;
  },
  q8_0: (quants, scales, out) => {
    const d = half(scales, 0);
    for (let e = 0; e < 32; e++) out[e] = d * i8(quants, e);
  },
  iq4_nl: (quants, scales, out) => {
    const d = half(scales, 0);
    for (let e = 0; e < 32; e++) out[e] = d * (IQ4_VALUES[nibble(quants, 0, e)] ?? 0);
  },
  int4: (quants, scales, out) => {
    const [d, zero] = [half(scales, 0), u16(scales, 2)];
    for (let e = 0; e < 32; e++) out[e] = d * (nibble(quants, 0, e) - zero);
  },
  int4_f32: (quants, scales, out) => {
    const [d, zero] = [float(scales, 0), u16(scales, 4)];
    for (let e = 0; e < 32; e++) out[e] = d * (nibble(quants, 0, e) - zero);
  },
  q3_k: (quants, scales, out) => {
    const d = half(scales, 12);
    for (let j = 0; j < 16; j++) {
      const low = (u8(scales, j & 7) >> (j & 8 ? 4 : 0)) & 15;
      const high = (u8(scales, 8 + (j & 3)) >> (2 * (j >> 2))) & 3;
      const step = f32(d * ((low | (high << 4)) - 32));
      for (let e = 16 * j; e < 16 * j + 16; e++) {
        const two = (u8(quants, 32 + 32 * (e >> 7) + (e & 31)) >> (2 * ((e >> 5) & 3))) & 3;
        const third = (u8(quants, e & 31) >> (e >> 5)) & 1;
        out[e] = step * (two - (third ? 0 : 4));
      }
    }
  },
  q4_k: (quants, scales, out) => withMinima(scales, out, (e) => fourOf(quants, 0, e)),
  q5_k: (quants, scales, out) =>
    withMinima(scales, out, (e) => fourOf(quants, 32, e) | (((u8(quants, e & 31) >> (e >> 5)) & 1) << 4)),
  q6_k: (quants, scales, out) => {
    const d = half(scales, 16);
    for (let j = 0; j < 16; j++) {
      const step = f32(d * i8(scales, j));
      for (let e = 16 * j; e < 16 * j + 16; e++) {
        const [upper, quarter, l] = [e >> 7, (e >> 5) & 3, e & 31];
        const low = (u8(quants, 64 * upper + 32 * (quarter & 1) + l) >> (quarter & 2 ? 4 : 0)) & 15;
        const high = (u8(quants, 128 + 32 * upper + l) >> (2 * quarter)) & 3;
        out[e] = step * ((low | (high << 4)) - 32);
      }
    }
  },
};

/** One block, whose bytes begin at these places of the two arrays. */
export function decodeBlock(
  format: QuantFormat,
  quants: Uint8Array,
  quantsAt: number,
  scales: Uint8Array,
  scalesAt: number,
  out: Float32Array,
): void {
  decoders[format]({ array: quants, at: quantsAt }, { array: scales, at: scalesAt }, out);
}

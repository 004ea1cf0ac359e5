// The block formats of ggml as files hold them, and as kernels read them: the same bits, quants and scales in two arrays so
// that neighbours read neighbouring words. Source: ggml/src/ggml-common.h; numerics reference 1.4.
import type { FloatArray } from '../declaration.ts';
import type { BlockFormat } from './weightFormat.ts';

export interface BlockLayout {
  /** Elements of a block of the file, and its bytes: scales first, then quants. */
  readonly elements: number;
  readonly scaleBytes: number;
  readonly quantBytes: number;
}

export const blockLayouts: Readonly<Record<BlockFormat, BlockLayout>> = {
  q4_0: { elements: 32, scaleBytes: 2, quantBytes: 16 },
  q4_1: { elements: 32, scaleBytes: 4, quantBytes: 16 },
  q8_0: { elements: 32, scaleBytes: 2, quantBytes: 32 },
  f16: { elements: 1, scaleBytes: 0, quantBytes: 2 },
  bf16: { elements: 1, scaleBytes: 0, quantBytes: 2 },
};

export const isBlockFormat = (format: string): format is BlockFormat => format in blockLayouts;

const scratch = new DataView(new ArrayBuffer(4));

/** IEEE binary16 → float32, exact; subnormals too. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 → float32, exact. */
export function bfloatToFloat(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** Where the quants and the scales of a member begin in the kernels' arrays, in bytes. */
export interface BlockArrays {
  readonly quants: Uint8Array;
  readonly scales: Uint8Array;
  readonly quantsAt: number;
  readonly scalesAt: number;
}

/** Bytes of quants and scales of 64 elements. */
export function bytesOf64(format: BlockFormat): { readonly quants: number; readonly scales: number } {
  const { elements, scaleBytes, quantBytes } = blockLayouts[format];
  return { quants: (64 / elements) * quantBytes, scales: (64 / elements) * scaleBytes };
}

/** Copies a file's blocks into the two arrays. */
export function splitBlocks(format: BlockFormat, file: Uint8Array, to: BlockArrays): void {
  const { scaleBytes, quantBytes } = blockLayouts[format];
  if (scaleBytes === 0) {
    to.quants.set(file, to.quantsAt);
    return;
  }
  const size = scaleBytes + quantBytes;
  let [quantsAt, scalesAt] = [to.quantsAt, to.scalesAt];
  for (let at = 0; at < file.length; at += size) {
    for (let i = 0; i < scaleBytes; i++) to.scales[scalesAt + i] = file[at + i] ?? 0;
    for (let i = 0; i < quantBytes; i++) to.quants[quantsAt + i] = file[at + scaleBytes + i] ?? 0;
    scalesAt += scaleBytes;
    quantsAt += quantBytes;
  }
}

/** Decodes `count` elements from element `first` of a member on, in float32 as gguf-py rounds them. */
export function decodeBlocks(
  format: BlockFormat,
  from: BlockArrays,
  first: number,
  count: number,
  out: FloatArray,
  outAt: number,
): void {
  const { quants, scales, quantsAt, scalesAt } = from;
  const { elements, scaleBytes, quantBytes } = blockLayouts[format];
  const half = (at: number): number => halfToFloat((scales[at] ?? 0) | ((scales[at + 1] ?? 0) << 8));
  let block = -1;
  let [d, m] = [0, 0];
  for (let i = 0; i < count; i++) {
    const element = first + i;
    if (elements === 1) {
      const at = quantsAt + 2 * element;
      const bits = (quants[at] ?? 0) | ((quants[at + 1] ?? 0) << 8);
      out[outAt + i] = format === 'f16' ? halfToFloat(bits) : bfloatToFloat(bits);
      continue;
    }
    const own = element >> 5;
    if (own !== block) {
      block = own;
      d = half(scalesAt + own * scaleBytes);
      m = format === 'q4_1' ? half(scalesAt + own * scaleBytes + 2) : 0;
    }
    const e = element & 31;
    const base = quantsAt + own * quantBytes;
    if (format === 'q8_0') out[outAt + i] = Math.fround(d * (((quants[base + e] ?? 0) << 24) >> 24));
    else {
      const q = ((quants[base + (e & 15)] ?? 0) >> (e & 16 ? 4 : 0)) & 15;
      out[outAt + i] = format === 'q4_0' ? Math.fround(d * (q - 8)) : Math.fround(Math.fround(d * q) + m);
    }
  }
}

/** Decodes a whole tensor of a file to float32. */
export function decodeFile(format: BlockFormat, file: Uint8Array, count: number): Float32Array<ArrayBuffer> {
  const { quants, scales } = bytesOf64(format);
  const blocks = Math.ceil(count / 64);
  const arrays: BlockArrays = {
    quants: new Uint8Array(blocks * quants),
    scales: new Uint8Array(blocks * scales),
    quantsAt: 0,
    scalesAt: 0,
  };
  splitBlocks(format, file, arrays);
  const out = new Float32Array(count);
  decodeBlocks(format, arrays, 0, count, out, 0);
  return out;
}

/** float32 → IEEE binary16, to nearest even. */
export function floatToHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return sign | 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // The step between neighbours: 2^-24 below 2^-14, else 2^-10 of the power of two.
  const step = size < 2 ** -14 ? 2 ** -24 : 2 ** (((bits >>> 23) & 255) - 127 - 10);
  const scaled = size / step;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  if (size < 2 ** -14) return sign | rounded;
  return sign | ((((bits >>> 23) & 255) - 127 + 15 - 1) * 1024 + rounded);
}

/** Blocks of q4_0 as q4_1, the same values: d (q − 8) = d q + (−8 d), exact in float32 and in half. */
export function promoteToQ4_1(file: Uint8Array): Uint8Array {
  const blocks = file.length / 18;
  const out = new Uint8Array(blocks * 20);
  for (let block = 0; block < blocks; block++) {
    const from = file.subarray(block * 18, (block + 1) * 18);
    const m = floatToHalf(-8 * halfToFloat((from[0] ?? 0) | ((from[1] ?? 0) << 8)));
    out.set(from.subarray(0, 2), block * 20);
    out[block * 20 + 2] = m & 255;
    out[block * 20 + 3] = m >> 8;
    out.set(from.subarray(2), block * 20 + 4);
  }
  return out;
}

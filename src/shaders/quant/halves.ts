// Half precision in JavaScript: IEEE binary16 and bfloat16 to float32 and back.
import type { FloatArray } from '../declaration.ts';

const scratch = new DataView(new ArrayBuffer(4));
const word = new Uint32Array(1);
const asFloat = new Float32Array(word.buffer);

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
  word[0] = bits << 16;
  return asFloat[0] ?? 0;
}

let everyHalf: Float32Array | null = null;

/** Values of `count` halves of either kind, from byte `at` on. */
export function decodeHalves(
  kind: 'f16' | 'bf16',
  bytes: Uint8Array,
  at: number,
  count: number,
  out: FloatArray,
  outAt: number,
): void {
  // A table is ten times as fast as the arithmetic; a tensor has millions.
  if (kind === 'f16') everyHalf ??= Float32Array.from({ length: 65536 }, (_, bits) => halfToFloat(bits));
  for (let i = 0; i < count; i++) {
    const bits = (bytes[at + 2 * i] ?? 0) | ((bytes[at + 2 * i + 1] ?? 0) << 8);
    out[outAt + i] = everyHalf && kind === 'f16' ? (everyHalf[bits] ?? 0) : bfloatToFloat(bits);
  }
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

// References of `to_half` and `from_half`: float64 oracle, float32 CPU backend. Halves stand one after another from the first byte of the words'
// array on, whatever the array's own kind, for a planned value is lent an array of floats.
import type { FloatArray, NumberArray } from '../declaration.ts';
import { floatToHalf, halfToFloat } from '../quant/halves.ts';

/** Of IEEE binary16. */
export const LARGEST = 65504;

const halvesOf = ({ buffer, byteOffset }: NumberArray, n: number): Uint16Array =>
  new Uint16Array(buffer, byteOffset, n);

export interface ToHalfArguments {
  readonly x: FloatArray;
  readonly words: Uint32Array;
  readonly n: number;
}

export function toHalfReference({ x, words, n }: ToHalfArguments): void {
  const halves = halvesOf(words, n);
  for (let i = 0; i < n; i++) {
    const value = x[i] ?? 0;
    halves[i] = floatToHalf(Math.max(-LARGEST, Math.min(LARGEST, value)));
  }
}

export interface FromHalfArguments {
  readonly words: Uint32Array;
  readonly y: FloatArray;
  readonly n: number;
}

export function fromHalfReference({ words, y, n }: FromHalfArguments): void {
  const halves = halvesOf(words, n);
  for (let i = 0; i < n; i++) y[i] = halfToFloat(halves[i] ?? 0);
}

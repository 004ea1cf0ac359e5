// Reference of `embedding`: also the CPU backend's own code.
import { philox2x32 } from '../dropout/dropout.ref.ts';
import type { FloatArray } from '../kernel.ts';
import { decodeMember } from '../quant/decode.ref.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';

/** Stream of the noise: no adapter's dropout has it. */
export const NOISE_STREAM = 0xffffffff;

export interface EmbeddingArguments {
  readonly ids: Uint32Array;
  readonly words: Uint32Array;
  readonly scales: Uint32Array;
  readonly format: WeightFormat;
  readonly x: FloatArray;
  readonly n: number;
  readonly c: number;
  readonly v: number;
  /** Blocks of 64 before the table. */
  readonly firstBlock?: number;
  /** Absent: none. */
  readonly noise?: { readonly seed: number; readonly size: number };
}

export function embeddingReference(args: EmbeddingArguments): void {
  const { ids, words, scales, format, x, n, c, v, noise, firstBlock = 0 } = args;
  for (let row = 0; row < n; row++) {
    const first = Math.min(ids[row] ?? 0, v - 1) * c;
    const member = { words, scales, format, segment: 0, firstBlock };
    decodeMember({ ...member, first, count: c, out: x, outAt: row * c });
  }
  if (!noise) return;
  for (let i = 0; i < n * c; i++) {
    const random = ((philox2x32([i, NOISE_STREAM], noise.seed)[0] ?? 0) >>> 8) * 2 ** -24;
    x[i] = (x[i] ?? 0) + (random * 2 - 1) * noise.size;
  }
}

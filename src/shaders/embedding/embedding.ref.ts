// Reference of `embedding`: also the CPU backend's own code.
import type { FloatArray } from '../kernel.ts';
import { decodeMember } from '../quant/decode.ref.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';

export interface EmbeddingArguments {
  readonly ids: Uint32Array;
  readonly words: Uint32Array;
  readonly scales: Uint32Array;
  readonly format: WeightFormat;
  readonly x: FloatArray;
  readonly n: number;
  readonly c: number;
  readonly v: number;
}

export function embeddingReference(args: EmbeddingArguments): void {
  const { ids, words, scales, format, x, n, c, v } = args;
  for (let row = 0; row < n; row++) {
    const first = Math.min(ids[row] ?? 0, v - 1) * c;
    const member = { words, scales, format, segment: 0, firstBlock: 0 };
    decodeMember({ ...member, first, count: c, out: x, outAt: row * c });
  }
}

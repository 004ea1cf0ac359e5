// Reference of `embedding`: also the CPU backend's own code.

import type { FloatArray } from '../declaration.ts';
import { philox2x32 } from '../dropout/dropout.ref.ts';
import type { StepNumbers } from '../lib/step.ts';
import { decodeMember } from '../quant/decode.ref.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';

/** Stream of the noise: no adapter's dropout has it. */
export const NOISE_STREAM = 0xffffffff;

export interface EmbeddingArguments {
  readonly ids: Uint32Array;
  readonly w: Uint32Array;
  readonly w_scales: Uint32Array;
  readonly decode: { readonly format: WeightFormat };
  readonly step: Pick<StepNumbers, 'seed' | 'noise'>;
  readonly x: FloatArray;
  readonly n: number;
  readonly c: number;
  readonly v: number;
  /** Rows of the table that are bound, from `first` on; ids outside them are left alone. */
  readonly first: number;
  readonly rows: number;
  /** Blocks of 64 before the bound rows. */
  readonly first_block: number;
  readonly HAS_NOISE: number;
}

export function embeddingReference(args: EmbeddingArguments): void {
  const { ids, w: words, w_scales: scales, x, n, c, v, first, rows, first_block, step } = args;
  const member = { words, scales, format: args.decode.format, segment: 0, firstBlock: first_block };
  for (let row = 0; row < n; row++) {
    const token = Math.min(ids[row] ?? 0, v - 1);
    if (token < first || token >= first + rows) continue;
    const at = row * c;
    decodeMember({ ...member, first: (token - first) * c, count: c, out: x, outAt: at });
    if (args.HAS_NOISE === 0) continue;
    for (let i = at; i < at + c; i++) {
      const random = (philox2x32([i, NOISE_STREAM], step.seed)[0] >>> 8) * 2 ** -24;
      x[i] = (x[i] ?? 0) + (random * 2 - 1) * step.noise;
    }
  }
}

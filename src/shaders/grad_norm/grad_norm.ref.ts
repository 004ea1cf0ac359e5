// References of `grad_reduce` and `clip_factor`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';

export interface GradReduceArguments {
  /** Offset and length of each tensor, in floats. */
  readonly table: Uint32Array;
  readonly grads: FloatArray;
  readonly metrics: FloatArray;
  readonly tensors: number;
  readonly splits: number;
  readonly total: number;
  readonly norm_offset: number;
}

export function gradReduceReference(args: GradReduceArguments): void {
  const { table, grads, metrics, tensors, splits, total, norm_offset } = args;
  for (let t = 0; t < tensors; t++) {
    const offset = table[2 * t] ?? 0;
    const end = offset + (table[2 * t + 1] ?? 0);
    let sum = 0;
    for (let at = offset; at < end; at++) {
      let g = grads[at] ?? 0;
      for (let s = 1; s < splits; s++) g += grads[at + s * total] ?? 0;
      grads[at] = g;
      sum += g * g;
    }
    metrics[norm_offset + t] = Math.sqrt(sum);
  }
}

export interface ClipFactorArguments {
  readonly metrics: FloatArray;
  readonly tensors: number;
  readonly norm_offset: number;
  readonly max_norm: number;
}

export function clipFactorReference({ metrics, tensors, norm_offset, max_norm }: ClipFactorArguments): void {
  let sum = 0;
  for (let t = 0; t < tensors; t++) sum += (metrics[norm_offset + t] ?? 0) ** 2;
  const norm = Math.sqrt(sum);
  metrics[0] = norm;
  metrics[1] = max_norm > 0 ? Math.min(1, max_norm / (norm + 1e-6)) : 1;
}

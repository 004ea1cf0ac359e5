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

/** Floats of a tensor that one workgroup adds up, where several share it. */
export const STRETCH = 8192;

export interface GradStretchesArguments extends Omit<GradReduceArguments, 'metrics' | 'norm_offset'> {
  /** Behind the tensors: first stretch and number of stretches of each, then offset and length of each stretch. */
  readonly table: Uint32Array;
  readonly squares: FloatArray;
  readonly stretches: number;
}

export function gradStretchesReference(args: GradStretchesArguments): void {
  const { table, grads, squares, tensors, stretches, splits, total } = args;
  for (let i = 0; i < stretches; i++) {
    const offset = table[4 * tensors + 2 * i] ?? 0;
    const end = offset + (table[4 * tensors + 2 * i + 1] ?? 0);
    let sum = 0;
    for (let at = offset; at < end; at++) {
      let g = grads[at] ?? 0;
      for (let s = 1; s < splits; s++) g += grads[at + s * total] ?? 0;
      grads[at] = g;
      sum += g * g;
    }
    squares[i] = sum;
  }
}

export interface StretchNormsArguments
  extends Pick<GradReduceArguments, 'table' | 'metrics' | 'tensors' | 'norm_offset'> {
  readonly squares: FloatArray;
}

export function stretchNormsReference(args: StretchNormsArguments): void {
  const { table, squares, metrics, tensors, norm_offset } = args;
  for (let t = 0; t < tensors; t++) {
    const first = table[2 * tensors + 2 * t] ?? 0;
    const count = table[2 * tensors + 2 * t + 1] ?? 0;
    let sum = 0;
    for (let at = first; at < first + count; at++) sum += squares[at] ?? 0;
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

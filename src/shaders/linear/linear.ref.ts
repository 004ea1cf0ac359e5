// Reference of the tiled linear kernels: the decoded group and the plain product, as the other variant computes it.
import type { DequantizeArguments } from '../dequantize/dequantize.ref.ts';
import { dequantizeReference } from '../dequantize/dequantize.ref.ts';
import type { FloatArray } from '../kernel.ts';
import { matmulReference } from '../matmul/matmul.ref.ts';

export interface LinearArguments extends Omit<DequantizeArguments, 'scratch' | 'transposed'> {
  /** x [N, K] and u [N, RU] forward; dy [N, OUT] and du [N, RU] backward. */
  readonly left: FloatArray;
  readonly tail: FloatArray | null;
  readonly residual: FloatArray | null;
  readonly result: FloatArray;
  readonly n: number;
  readonly direction: 'forward' | 'backward';
}

export function linearReference(args: LinearArguments): void {
  const { left, tail, residual, result, n, direction, k, out, ru } = args;
  const forward = direction === 'forward';
  const [inner, outer] = forward ? [k, out] : [out, k];
  const scratch = new Float64Array((inner + ru) * outer);
  dequantizeReference({ ...args, scratch, transposed: forward });
  matmulReference({ a: left, u: tail, b: scratch, residual, y: result, n, k: inner, m: outer, ru });
}

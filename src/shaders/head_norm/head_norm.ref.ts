// References of `head_norm` and its gradients: the ones of `rms_norm`, head by head.
import type { FloatArray } from '../declaration.ts';
import { rmsNormBackwardReference, rmsNormReference } from '../rms_norm/rms_norm.ref.ts';
import type { RopeArguments } from '../rope/rope.ref.ts';
import { ropeReference } from '../rope/rope.ref.ts';

interface HeadShape {
  readonly n: number;
  readonly heads: number;
  readonly kv_heads: number;
  readonly d: number;
  /** Added to the weights. */
  readonly offset: number;
  readonly w_q: FloatArray;
  readonly w_k: FloatArray;
}

/** Calls `body` with every head of q and k: where it stands in q|k|v and among the rstd, and its weight. */
function eachHead(
  { n, heads, kv_heads, d, w_q, w_k }: HeadShape,
  body: (at: number, index: number, w: FloatArray) => void,
): void {
  const normed = heads + kv_heads;
  for (let row = 0; row < n; row++)
    for (let head = 0; head < normed; head++)
      body((row * (normed + kv_heads) + head) * d, row * normed + head, head < heads ? w_q : w_k);
}

export interface HeadNormArguments extends HeadShape {
  readonly x: FloatArray;
  readonly y: FloatArray;
  readonly rstd: FloatArray;
  readonly eps: number;
}

export function headNormReference(args: HeadNormArguments): void {
  const { x, y, rstd, d, eps, offset } = args;
  y.set(x.subarray(0, y.length));
  eachHead(args, (at, index, w) => {
    const end = at + d;
    rmsNormReference({
      x: x.subarray(at, end),
      w,
      y: y.subarray(at, end),
      rstd: rstd.subarray(index, index + 1),
      n: 1,
      c: d,
      eps,
      offset,
    });
  });
}

export type HeadNormTurnedArguments = HeadNormArguments &
  Pick<RopeArguments, 'cos_table' | 'sin_table' | 'documents' | 'step' | 't' | 'dims' | 'HAS_DOCUMENTS'>;

export function headNormTurnedReference(args: HeadNormTurnedArguments): void {
  const { heads, kv_heads, d } = args;
  headNormReference(args);
  const places = { stride: (heads + 2 * kv_heads) * d, q_offset: 0, k_offset: heads * d };
  ropeReference({ ...args, ...places, x: args.y, heads_q: heads, heads_k: kv_heads, sign: 1 });
}

export interface HeadNormBackwardArguments extends HeadShape {
  readonly dy: FloatArray;
  readonly x: FloatArray;
  readonly rstd: FloatArray;
  readonly dx: FloatArray;
}

export function headNormBackwardReference(args: HeadNormBackwardArguments): void {
  const { dy, x, rstd, dx, d, offset } = args;
  dx.set(dy.subarray(0, dx.length));
  eachHead(args, (at, index, w) => {
    const end = at + d;
    rmsNormBackwardReference({
      dy: dy.subarray(at, end),
      x: x.subarray(at, end),
      w,
      rstd: rstd.subarray(index, index + 1),
      residual: x,
      dx: dx.subarray(at, end),
      n: 1,
      c: d,
      offset,
      HAS_RESIDUAL: 0,
    });
  });
}

export interface HeadNormGradArguments extends Pick<HeadShape, 'n' | 'heads' | 'kv_heads' | 'd'> {
  readonly dy: FloatArray;
  readonly x: FloatArray;
  readonly rstd: FloatArray;
  /** [S, total] */
  readonly grads: FloatArray;
  readonly first: number;
  readonly count: number;
  readonly offset: number;
  readonly total: number;
  readonly splits: number;
}

export function headNormGradReference(args: HeadNormGradArguments): void {
  const { dy, x, rstd, grads, n, heads, kv_heads, d, first, count, offset, total, splits } = args;
  const normed = heads + kv_heads;
  const share = Math.ceil(n / splits);
  for (let split = 0; split < splits; split++)
    for (let i = 0; i < d; i++) {
      let sum = 0;
      for (let row = split * share; row < Math.min((split + 1) * share, n); row++)
        for (let head = first; head < first + count; head++) {
          const at = (row * (normed + kv_heads) + head) * d + i;
          sum += (dy[at] ?? 0) * (x[at] ?? 0) * (rstd[row * normed + head] ?? 0);
        }
      const at = split * total + offset + i;
      grads[at] = (grads[at] ?? 0) + sum;
    }
}

// References of `rms_norm` and its gradients: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';

export interface RmsNormArguments {
  readonly x: FloatArray;
  readonly w: FloatArray;
  readonly y: FloatArray;
  readonly rstd: FloatArray;
  readonly n: number;
  readonly c: number;
  readonly eps: number;
  /** Added to w. */
  readonly offset: number;
}

export function rmsNormReference({ x, w, y, rstd, n, c, eps, offset }: RmsNormArguments): void {
  for (let row = 0; row < n; row++) {
    const base = row * c;
    let sum = 0;
    for (let i = 0; i < c; i++) sum += (x[base + i] ?? 0) * (x[base + i] ?? 0);
    const r = 1 / Math.sqrt(sum / c + eps);
    rstd[row] = r;
    for (let i = 0; i < c; i++) y[base + i] = (x[base + i] ?? 0) * r * ((w[i] ?? 0) + offset);
  }
}

export interface RmsNormBackwardArguments {
  readonly dy: FloatArray;
  readonly x: FloatArray;
  readonly w: FloatArray;
  readonly rstd: FloatArray;
  readonly residual: FloatArray;
  readonly dx: FloatArray;
  readonly n: number;
  readonly c: number;
  readonly offset: number;
  readonly HAS_RESIDUAL: number;
}

export function rmsNormBackwardReference(args: RmsNormBackwardArguments): void {
  const { dy, x, w, rstd, residual, dx, n, c, offset } = args;
  const adds = args.HAS_RESIDUAL === 1;
  for (let row = 0; row < n; row++) {
    const base = row * c;
    const r = rstd[row] ?? 0;
    let sum = 0;
    for (let i = 0; i < c; i++) sum += (dy[base + i] ?? 0) * ((w[i] ?? 0) + offset) * (x[base + i] ?? 0) * r;
    const mean = sum / c;
    for (let i = 0; i < c; i++) {
      const value = r * ((dy[base + i] ?? 0) * ((w[i] ?? 0) + offset) - (x[base + i] ?? 0) * r * mean);
      dx[base + i] = adds ? value + (residual[base + i] ?? 0) : value;
    }
  }
}

export interface RmsNormGradArguments {
  readonly dy: FloatArray;
  readonly x: FloatArray;
  readonly rstd: FloatArray;
  /** [S, total] */
  readonly grads: FloatArray;
  readonly n: number;
  readonly c: number;
  readonly offset: number;
  readonly total: number;
  readonly splits: number;
}

export function rmsNormGradReference(args: RmsNormGradArguments): void {
  const { dy, x, rstd, grads, n, c, offset, total, splits } = args;
  const share = Math.ceil(n / splits);
  for (let split = 0; split < splits; split++)
    for (let i = 0; i < c; i++) {
      let sum = 0;
      for (let row = split * share; row < Math.min((split + 1) * share, n); row++)
        sum += (dy[row * c + i] ?? 0) * (x[row * c + i] ?? 0) * (rstd[row] ?? 0);
      const at = split * total + offset + i;
      grads[at] = (grads[at] ?? 0) + sum;
    }
}

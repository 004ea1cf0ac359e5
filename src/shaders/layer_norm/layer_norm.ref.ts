// References of `layer_norm` and its gradients: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';

export interface LayerNormArguments {
  readonly x: FloatArray;
  readonly w: FloatArray;
  readonly b: FloatArray;
  readonly y: FloatArray;
  readonly mean: FloatArray;
  readonly rstd: FloatArray;
  readonly n: number;
  readonly c: number;
  readonly eps: number;
}

export function layerNormReference({ x, w, b, y, mean, rstd, n, c, eps }: LayerNormArguments): void {
  for (let row = 0; row < n; row++) {
    const base = row * c;
    let sum = 0;
    for (let i = 0; i < c; i++) sum += x[base + i] ?? 0;
    const m = sum / c;
    let squares = 0;
    for (let i = 0; i < c; i++) squares += ((x[base + i] ?? 0) - m) ** 2;
    const r = 1 / Math.sqrt(squares / c + eps);
    mean[row] = m;
    rstd[row] = r;
    for (let i = 0; i < c; i++) y[base + i] = ((x[base + i] ?? 0) - m) * r * (w[i] ?? 0) + (b[i] ?? 0);
  }
}

export interface LayerNormBackwardArguments {
  readonly dy: FloatArray;
  readonly x: FloatArray;
  readonly w: FloatArray;
  readonly mean: FloatArray;
  readonly rstd: FloatArray;
  readonly residual: FloatArray;
  readonly dx: FloatArray;
  readonly n: number;
  readonly c: number;
  readonly HAS_RESIDUAL: number;
}

export function layerNormBackwardReference(args: LayerNormBackwardArguments): void {
  const { dy, x, w, mean, rstd, residual, dx, n, c } = args;
  const adds = args.HAS_RESIDUAL === 1;
  for (let row = 0; row < n; row++) {
    const base = row * c;
    const [m, r] = [mean[row] ?? 0, rstd[row] ?? 0];
    let [sum, product] = [0, 0];
    for (let i = 0; i < c; i++) {
      const g = (dy[base + i] ?? 0) * (w[i] ?? 0);
      sum += g;
      product += g * ((x[base + i] ?? 0) - m) * r;
    }
    for (let i = 0; i < c; i++) {
      const normed = ((x[base + i] ?? 0) - m) * r;
      const value = r * ((dy[base + i] ?? 0) * (w[i] ?? 0) - sum / c - (normed * product) / c);
      dx[base + i] = adds ? value + (residual[base + i] ?? 0) : value;
    }
  }
}

export interface LayerNormGradArguments {
  readonly dy: FloatArray;
  readonly x: FloatArray;
  readonly mean: FloatArray;
  readonly rstd: FloatArray;
  /** [S, total] */
  readonly grads: FloatArray;
  readonly n: number;
  readonly c: number;
  readonly offset: number;
  readonly bias_offset: number;
  readonly total: number;
  readonly splits: number;
}

export function layerNormGradReference(args: LayerNormGradArguments): void {
  const { dy, x, mean, rstd, grads, n, c, offset, bias_offset, total, splits } = args;
  const share = Math.ceil(n / splits);
  for (let split = 0; split < splits; split++)
    for (let i = 0; i < c; i++) {
      let [weight, bias] = [0, 0];
      for (let row = split * share; row < Math.min((split + 1) * share, n); row++) {
        const d = dy[row * c + i] ?? 0;
        weight += d * ((x[row * c + i] ?? 0) - (mean[row] ?? 0)) * (rstd[row] ?? 0);
        bias += d;
      }
      const at = split * total + i;
      grads[at + offset] = (grads[at + offset] ?? 0) + weight;
      grads[at + bias_offset] = (grads[at + bias_offset] ?? 0) + bias;
    }
}

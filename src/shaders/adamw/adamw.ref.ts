// Reference of `adamw`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../kernel.ts';

export interface AdamwArguments {
  readonly p: FloatArray;
  readonly grads: FloatArray;
  readonly m: FloatArray;
  readonly v: FloatArray;
  /** [n / 64]: weight decay and factor on the learning rate (negative: no gradient, untouched). */
  readonly table: FloatArray;
  readonly clipFactor: number;
  readonly learningRate: number;
  readonly biasCorrection1: number;
  readonly biasCorrection2: number;
  readonly n: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
}

export function adamwReference(args: AdamwArguments): void {
  const { p, grads, m, v, table, beta1, beta2, eps } = args;
  const root2 = Math.sqrt(args.biasCorrection2);
  for (let i = 0; i < args.n; i++) {
    const entry = (i >> 6) * 2;
    const factor = table[entry + 1] ?? 0;
    if (factor < 0) continue;
    const lr = args.learningRate * factor;
    const g = (grads[i] ?? 0) * args.clipFactor;
    const m1 = (m[i] ?? 0) + (g - (m[i] ?? 0)) * (1 - beta1);
    const v1 = beta2 * (v[i] ?? 0) + (1 - beta2) * g * g;
    m[i] = m1;
    v[i] = v1;
    const decayed = (p[i] ?? 0) * (1 - lr * (table[entry] ?? 0));
    p[i] = decayed - ((lr / args.biasCorrection1) * m1) / (Math.sqrt(v1) / root2 + eps);
  }
}

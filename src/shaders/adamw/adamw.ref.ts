// Reference of `adamw`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';

export interface AdamwArguments {
  readonly p: FloatArray;
  readonly grads: FloatArray;
  readonly m: FloatArray;
  readonly v: FloatArray;
  /** [n / 64]: weight decay and factor on the learning rate (negative: no gradient, untouched). */
  readonly table: FloatArray;
  /** [1]: clipping factor. */
  readonly metrics: FloatArray;
  readonly step: Pick<StepNumbers, 'learningRate' | 'biasCorrection1' | 'biasCorrection2'>;
  readonly n: number;
  readonly beta2: number;
  readonly one_minus_beta1: number;
  readonly one_minus_beta2: number;
  readonly eps: number;
}

export function adamwReference(args: AdamwArguments): void {
  const { p, grads, m, v, table, beta2, one_minus_beta1, one_minus_beta2, eps, step } = args;
  const clip = args.metrics[1] ?? 0;
  const root2 = Math.sqrt(step.biasCorrection2);
  for (let i = 0; i < args.n; i++) {
    const entry = (i >> 6) * 2;
    const factor = table[entry + 1] ?? 0;
    if (factor < 0) continue;
    const lr = step.learningRate * factor;
    const g = (grads[i] ?? 0) * clip;
    const m1 = (m[i] ?? 0) + (g - (m[i] ?? 0)) * one_minus_beta1;
    const v1 = beta2 * (v[i] ?? 0) + one_minus_beta2 * g * g;
    m[i] = m1;
    v[i] = v1;
    const decayed = (p[i] ?? 0) * (1 - lr * (table[entry] ?? 0));
    p[i] = decayed - ((lr / step.biasCorrection1) * m1) / (Math.sqrt(v1) / root2 + eps);
  }
}

// Reference of `lion`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';

export interface LionArguments {
  readonly p: FloatArray;
  readonly grads: FloatArray;
  readonly m: FloatArray;
  /** [n / 64]: weight decay and factor on the learning rate (negative: no gradient, untouched). */
  readonly table: FloatArray;
  /** [1]: clipping factor. */
  readonly metrics: FloatArray;
  readonly step: Pick<StepNumbers, 'learningRate'>;
  readonly n: number;
  readonly beta1: number;
  readonly one_minus_beta1: number;
  readonly beta2: number;
  readonly one_minus_beta2: number;
}

export function lionReference(args: LionArguments): void {
  const { p, grads, m, table, beta1, one_minus_beta1, beta2, one_minus_beta2, step } = args;
  const clip = args.metrics[1] ?? 0;
  for (let i = 0; i < args.n; i++) {
    const entry = (i >> 6) * 2;
    const factor = table[entry + 1] ?? 0;
    if (factor < 0) continue;
    const lr = step.learningRate * factor;
    const g = (grads[i] ?? 0) * clip;
    const before = m[i] ?? 0;
    p[i] =
      (p[i] ?? 0) * (1 - lr * (table[entry] ?? 0)) - lr * Math.sign(before * beta1 + g * one_minus_beta1);
    m[i] = before * beta2 + g * one_minus_beta2;
  }
}

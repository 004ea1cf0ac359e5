// Reference of `sgd`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';

export interface SgdArguments {
  readonly p: FloatArray;
  readonly grads: FloatArray;
  /** [n / 64]: weight decay and factor on the learning rate (negative: no gradient, untouched). */
  readonly table: FloatArray;
  /** [1]: clipping factor. */
  readonly metrics: FloatArray;
  readonly step: Pick<StepNumbers, 'learningRate'>;
  readonly n: number;
}

export function sgdReference({ p, grads, table, metrics, step, n }: SgdArguments): void {
  const clip = metrics[1] ?? 0;
  for (let i = 0; i < n; i++) {
    const entry = (i >> 6) * 2;
    const factor = table[entry + 1] ?? 0;
    if (factor < 0) continue;
    const g = (grads[i] ?? 0) * clip + (table[entry] ?? 0) * (p[i] ?? 0);
    p[i] = (p[i] ?? 0) - step.learningRate * factor * g;
  }
}

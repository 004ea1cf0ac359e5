// Reference of `lion`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../kernel.ts';

export interface LionArguments {
  readonly p: FloatArray;
  readonly grads: FloatArray;
  readonly m: FloatArray;
  /** [n / 64]: weight decay and factor on the learning rate (negative: no gradient, untouched). */
  readonly table: FloatArray;
  readonly clipFactor: number;
  readonly learningRate: number;
  readonly n: number;
  readonly beta1: number;
  readonly beta2: number;
}

export function lionReference(args: LionArguments): void {
  const { p, grads, m, table, beta1, beta2 } = args;
  for (let i = 0; i < args.n; i++) {
    const entry = (i >> 6) * 2;
    const factor = table[entry + 1] ?? 0;
    if (factor < 0) continue;
    const lr = args.learningRate * factor;
    const g = (grads[i] ?? 0) * args.clipFactor;
    const before = m[i] ?? 0;
    p[i] = (p[i] ?? 0) * (1 - lr * (table[entry] ?? 0)) - lr * Math.sign(before * beta1 + g * (1 - beta1));
    m[i] = before * beta2 + g * (1 - beta2);
  }
}

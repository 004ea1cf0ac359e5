// Reference of `add_bias`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';

export interface AddBiasArguments {
  readonly b: FloatArray;
  readonly x: FloatArray;
  readonly n: number;
  readonly c: number;
}

export function addBiasReference({ b, x, n, c }: AddBiasArguments): void {
  for (let row = 0; row < n; row++)
    for (let i = 0; i < c; i++) x[row * c + i] = (x[row * c + i] ?? 0) + (b[i] ?? 0);
}

// Reference of `add`: also the CPU backend's own code.
import type { FloatArray } from '../declaration.ts';

export interface AddArguments {
  readonly a: FloatArray;
  readonly b: FloatArray;
  readonly y: FloatArray;
  readonly n: number;
}

export function addReference({ a, b, y, n }: AddArguments): void {
  for (let i = 0; i < n; i++) y[i] = (a[i] ?? 0) + (b[i] ?? 0);
}

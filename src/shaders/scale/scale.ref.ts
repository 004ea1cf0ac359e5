// Reference of `scale`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';

export interface ScaleArguments {
  readonly x: FloatArray;
  readonly y: FloatArray;
  readonly n: number;
  readonly factor: number;
}

export function scaleReference({ x, y, n, factor }: ScaleArguments): void {
  // A uniform holds float32.
  const a = Math.fround(factor);
  for (let i = 0; i < n; i++) y[i] = a * (x[i] ?? 0);
}

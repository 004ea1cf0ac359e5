// References of `gelu` and `gelu_backward`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';
import { geluSlope, geluTanh } from '../geglu/geglu.ref.ts';

export interface GeluArguments {
  readonly a: FloatArray;
  readonly h: FloatArray;
  readonly n: number;
}

export function geluReference({ a, h, n }: GeluArguments): void {
  for (let i = 0; i < n; i++) h[i] = geluTanh(a[i] ?? 0);
}

export interface GeluBackwardArguments {
  readonly dh: FloatArray;
  readonly a: FloatArray;
  readonly da: FloatArray;
  readonly n: number;
}

export function geluBackwardReference({ dh, a, da, n }: GeluBackwardArguments): void {
  for (let i = 0; i < n; i++) da[i] = (dh[i] ?? 0) * geluSlope(a[i] ?? 0);
}

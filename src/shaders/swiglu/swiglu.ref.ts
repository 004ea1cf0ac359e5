// References of `swiglu` and `swiglu_backward`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';

export interface SwigluArguments {
  readonly gu: FloatArray;
  readonly h: FloatArray;
  readonly n: number;
  readonly f: number;
}

export function swigluReference({ gu, h, n, f }: SwigluArguments): void {
  for (let row = 0; row < n; row++) {
    const at = row * 2 * f;
    for (let i = 0; i < f; i++) {
      const a = gu[at + i] ?? 0;
      h[row * f + i] = (a / (1 + Math.exp(-a))) * (gu[at + f + i] ?? 0);
    }
  }
}

export interface SwigluBackwardArguments {
  readonly dh: FloatArray;
  readonly gu: FloatArray;
  readonly dgu: FloatArray;
  readonly n: number;
  readonly f: number;
}

export function swigluBackwardReference({ dh, gu, dgu, n, f }: SwigluBackwardArguments): void {
  for (let row = 0; row < n; row++) {
    const at = row * 2 * f;
    for (let i = 0; i < f; i++) {
      const a = gu[at + i] ?? 0;
      const s = 1 / (1 + Math.exp(-a));
      const d = dh[row * f + i] ?? 0;
      dgu[at + i] = d * (gu[at + f + i] ?? 0) * s * (1 + a * (1 - s));
      dgu[at + f + i] = d * a * s;
    }
  }
}

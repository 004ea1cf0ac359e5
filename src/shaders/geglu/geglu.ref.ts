// References of `geglu` and `geglu_backward`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';

const ROOT = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

const tanhOf = (a: number): number => Math.tanh(ROOT * (a + CUBIC * a * a * a));

/** GELU by its tanh approximation, and its slope. */
export const geluTanh = (a: number): number => 0.5 * a * (1 + tanhOf(a));

export function geluSlope(a: number): number {
  const t = tanhOf(a);
  return 0.5 * (1 + t) + 0.5 * a * (1 - t * t) * ROOT * (1 + 3 * CUBIC * a * a);
}

export interface GegluArguments {
  readonly gu: FloatArray;
  readonly h: FloatArray;
  readonly n: number;
  readonly f: number;
}

export function gegluReference({ gu, h, n, f }: GegluArguments): void {
  for (let row = 0; row < n; row++) {
    const at = row * 2 * f;
    for (let i = 0; i < f; i++) {
      const a = gu[at + i] ?? 0;
      h[row * f + i] = geluTanh(a) * (gu[at + f + i] ?? 0);
    }
  }
}

export interface GegluBackwardArguments {
  readonly dh: FloatArray;
  readonly gu: FloatArray;
  readonly dgu: FloatArray;
  readonly n: number;
  readonly f: number;
}

export function gegluBackwardReference({ dh, gu, dgu, n, f }: GegluBackwardArguments): void {
  for (let row = 0; row < n; row++) {
    const at = row * 2 * f;
    for (let i = 0; i < f; i++) {
      const a = gu[at + i] ?? 0;
      const d = dh[row * f + i] ?? 0;
      dgu[at + i] = d * (gu[at + f + i] ?? 0) * geluSlope(a);
      dgu[at + f + i] = d * geluTanh(a);
    }
  }
}

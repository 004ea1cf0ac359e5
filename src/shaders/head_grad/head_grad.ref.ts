// Reference of `head_grad`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';

export interface HeadGradArguments {
  /** [rows, V]: of the chunk alone. */
  readonly dz: FloatArray;
  /** [N, C] */
  readonly h: FloatArray;
  readonly grads: FloatArray;
  readonly rows: number;
  readonly v: number;
  readonly c: number;
  readonly first_row: number;
  readonly offset: number;
}

export function headGradReference({ dz, h, grads, rows, v, c, first_row, offset }: HeadGradArguments): void {
  for (let n = 0; n < rows; n++)
    for (let o = 0; o < v; o++) {
      const d = dz[n * v + o] ?? 0;
      if (d === 0) continue;
      const at = offset + o * c;
      const from = (first_row + n) * c;
      for (let i = 0; i < c; i++) grads[at + i] = (grads[at + i] ?? 0) + d * (h[from + i] ?? 0);
    }
}

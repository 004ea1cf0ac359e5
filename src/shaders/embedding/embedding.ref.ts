// Reference of `embedding`: also the CPU backend's own code.
import type { FloatArray } from '../kernel.ts';

export interface EmbeddingArguments {
  readonly ids: Uint32Array;
  readonly table: FloatArray;
  readonly x: FloatArray;
  readonly n: number;
  readonly c: number;
  readonly v: number;
}

export function embeddingReference({ ids, table, x, n, c, v }: EmbeddingArguments): void {
  for (let row = 0; row < n; row++) {
    const from = Math.min(ids[row] ?? 0, v - 1) * c;
    for (let i = 0; i < c; i++) x[row * c + i] = table[from + i] ?? 0;
  }
}

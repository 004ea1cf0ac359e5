// References of what trains in an embedding: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';

export interface EmbeddingShape {
  readonly ids: Uint32Array;
  readonly n: number;
  readonly c: number;
  readonly v: number;
}

export interface EmbeddingGradArguments extends EmbeddingShape {
  readonly dx: FloatArray;
  readonly grads: FloatArray;
  readonly offset: number;
}

/** grads[offset + id·C + c] += dx[n, c] */
export function embeddingGradReference({ ids, n, c, v, dx, grads, offset }: EmbeddingGradArguments): void {
  for (let row = 0; row < n; row++) {
    const at = offset + Math.min(ids[row] ?? 0, v - 1) * c;
    for (let i = 0; i < c; i++) grads[at + i] = (grads[at + i] ?? 0) + (dx[row * c + i] ?? 0);
  }
}

interface EmbeddingLoraShape extends EmbeddingShape {
  readonly adapter: FloatArray;
  readonly rank: number;
  /** Of A [R, V] and B [C, R]. */
  readonly a_offset: number;
  readonly b_offset: number;
  readonly scale: number;
}

export interface EmbeddingLoraArguments extends EmbeddingLoraShape {
  readonly x: FloatArray;
}

export function embeddingLoraReference(args: EmbeddingLoraArguments): void {
  const { ids, adapter, x, n, c, v, rank, a_offset, b_offset, scale } = args;
  for (let row = 0; row < n; row++) {
    const token = Math.min(ids[row] ?? 0, v - 1);
    for (let i = 0; i < c; i++) {
      let sum = 0;
      for (let r = 0; r < rank; r++)
        sum += (adapter[a_offset + r * v + token] ?? 0) * (adapter[b_offset + i * rank + r] ?? 0);
      x[row * c + i] = (x[row * c + i] ?? 0) + scale * sum;
    }
  }
}

export interface EmbeddingLoraGradArguments extends EmbeddingLoraShape {
  readonly dx: FloatArray;
  readonly grads: FloatArray;
}

export function embeddingLoraGradReference(args: EmbeddingLoraGradArguments): void {
  const { ids, adapter, dx, grads, n, c, v, rank, a_offset, b_offset, scale } = args;
  for (let row = 0; row < n; row++) {
    const token = Math.min(ids[row] ?? 0, v - 1);
    for (let r = 0; r < rank; r++) {
      const a = a_offset + r * v + token;
      let sum = 0;
      for (let i = 0; i < c; i++) {
        const d = scale * (dx[row * c + i] ?? 0);
        const b = b_offset + i * rank + r;
        sum += d * (adapter[b] ?? 0);
        grads[b] = (grads[b] ?? 0) + d * (adapter[a] ?? 0);
      }
      grads[a] = (grads[a] ?? 0) + sum;
    }
  }
}

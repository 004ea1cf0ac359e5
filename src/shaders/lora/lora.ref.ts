// References of the adapter's kernels: float64 oracle, float32 CPU backend.
import { dropoutScale } from '../dropout/dropout.ref.ts';
import type { FloatArray } from '../kernel.ts';
import type { SegmentNumbers } from '../lib/segments.ts';

export interface LoraShape {
  readonly n: number;
  readonly k: number;
  readonly out: number;
  readonly ru: number;
  readonly segments: readonly SegmentNumbers[];
  /** Flat adapter buffer. */
  readonly adapter: FloatArray;
  readonly dropout: { readonly rate: number; readonly seed: number; readonly stream: number };
}

/** x with the mask of one segment, into `target`. */
function dropped(shape: LoraShape, x: FloatArray, segment: number, target: FloatArray): FloatArray {
  const { rate, seed, stream } = shape.dropout;
  if (rate === 0) return x;
  for (let i = 0; i < shape.n * shape.k; i++) {
    target[i] = (x[i] ?? 0) * dropoutScale(seed, stream + segment, i, rate);
  }
  return target;
}

const maskRoom = (shape: LoraShape): FloatArray =>
  shape.dropout.rate === 0 ? new Float64Array(0) : new Float64Array(shape.n * shape.k);

/** u [N, RU]. */
export function loraDownReference(shape: LoraShape, x: FloatArray, u: FloatArray): void {
  const { n, k, ru, segments, adapter } = shape;
  const room = maskRoom(shape);
  segments.forEach((segment, j) => {
    if (segment.rank === 0) return;
    const input = dropped(shape, x, j, room);
    for (let row = 0; row < n; row++) {
      for (let r = 0; r < segment.rank; r++) {
        const a = segment.a_offset + r * k;
        let sum = 0;
        for (let p = 0; p < k; p++) sum += (input[row * k + p] ?? 0) * (adapter[a + p] ?? 0);
        u[row * ru + segment.u_column + r] = sum;
      }
    }
  });
}

/** du [N, RU]. */
export function loraUpBackwardReference(shape: LoraShape, dy: FloatArray, du: FloatArray): void {
  const { n, out, ru, segments, adapter } = shape;
  const sums = new Float64Array(Math.max(1, ...segments.map((segment) => segment.rank)));
  for (const segment of segments) {
    const { rank, start, end, b_offset, u_column, scale } = segment;
    for (let row = 0; row < n; row++) {
      sums.fill(0);
      for (let o = start; o < end; o++) {
        const d = dy[row * out + o] ?? 0;
        const b = b_offset + (o - start) * rank;
        for (let r = 0; r < rank; r++) sums[r] = (sums[r] ?? 0) + d * (adapter[b + r] ?? 0);
      }
      for (let r = 0; r < rank; r++) du[row * ru + u_column + r] = scale * (sums[r] ?? 0);
    }
  }
}

export interface LoraGradArrays {
  readonly x: FloatArray;
  readonly u: FloatArray;
  readonly dy: FloatArray;
  readonly du: FloatArray;
  /** Added to, at the offsets of A and B. */
  readonly grads: FloatArray;
}

export function loraGradReference(shape: LoraShape, arrays: LoraGradArrays): void {
  const { n, k, out, ru, segments } = shape;
  const { x, u, dy, du, grads } = arrays;
  const room = maskRoom(shape);
  segments.forEach((segment, j) => {
    const { rank, start, end, a_offset, b_offset, u_column, scale } = segment;
    if (rank === 0) return;
    const input = dropped(shape, x, j, room);
    for (let row = 0; row < n; row++) {
      for (let r = 0; r < rank; r++) {
        const g = du[row * ru + u_column + r] ?? 0;
        const at = a_offset + r * k;
        for (let p = 0; p < k; p++) grads[at + p] = (grads[at + p] ?? 0) + g * (input[row * k + p] ?? 0);
      }
      const uAt = row * ru + u_column;
      for (let o = start; o < end; o++) {
        const d = scale * (dy[row * out + o] ?? 0);
        const at = b_offset + (o - start) * rank;
        for (let r = 0; r < rank; r++) grads[at + r] = (grads[at + r] ?? 0) + d * (u[uAt + r] ?? 0);
      }
    }
  });
}

/** dx += the adapters' share behind dropout. */
export function loraDownBackwardReference(shape: LoraShape, du: FloatArray, dx: FloatArray): void {
  const { n, k, ru, segments, adapter } = shape;
  const { rate, seed, stream } = shape.dropout;
  segments.forEach((segment, j) => {
    for (let row = 0; row < n; row++) {
      for (let p = 0; p < k; p++) {
        let part = 0;
        for (let r = 0; r < segment.rank; r++) {
          part += (du[row * ru + segment.u_column + r] ?? 0) * (adapter[segment.a_offset + r * k + p] ?? 0);
        }
        const at = row * k + p;
        dx[at] = (dx[at] ?? 0) + part * dropoutScale(seed, stream + j, at, rate);
      }
    }
  });
}

// References of the DoRA kernels: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../kernel.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import { decodeMember } from '../quant/decode.ref.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';

/** Where m of a member stands: behind B, at the next multiple of 64. */
export const magnitudeOffset = ({ start, end, rank, b_offset }: SegmentNumbers): number =>
  b_offset + Math.ceil(((end - start) * rank) / 64) * 64;

export interface DoraNormArguments {
  readonly words: Uint32Array;
  readonly scales: Uint32Array;
  readonly format: WeightFormat;
  readonly adapter: FloatArray;
  /** [2, OUT]: c = m / n, and n. */
  readonly table: FloatArray;
  readonly segments: readonly SegmentNumbers[];
  readonly k: number;
  readonly out: number;
}

export function doraNormReference(args: DoraNormArguments): void {
  const { words, scales, format, adapter, table, segments, k, out } = args;
  const row = new Float64Array(k);
  segments.forEach((s, segment) => {
    for (let o = 0; o < s.end - s.start; o++) {
      const member = { words, scales, format, segment, firstBlock: s.first_block };
      decodeMember({ ...member, first: o * k, count: k, out: row, outAt: 0 });
      for (let r = 0; r < s.rank; r++) {
        const b = s.scale * (adapter[s.b_offset + o * s.rank + r] ?? 0);
        const a = s.a_offset + r * k;
        for (let i = 0; i < k; i++) row[i] = (row[i] ?? 0) + b * (adapter[a + i] ?? 0);
      }
      let sum = 0;
      for (let i = 0; i < k; i++) sum += (row[i] ?? 0) ** 2;
      const norm = Math.sqrt(sum);
      table[out + s.start + o] = norm;
      table[s.start + o] = s.rank === 0 ? 1 : (adapter[magnitudeOffset(s) + o] ?? 0) / Math.max(norm, 1e-30);
    }
  });
}

/** y = c x (+ residual). */
export function doraReference(
  n: number,
  out: number,
  x: FloatArray,
  table: FloatArray,
  residual: FloatArray | null,
  y: FloatArray,
): void {
  for (let i = 0; i < n * out; i++) y[i] = (table[i % out] ?? 0) * (x[i] ?? 0) + (residual?.[i] ?? 0);
}

export interface DoraGradArguments {
  readonly z: FloatArray;
  readonly dy: FloatArray;
  readonly table: FloatArray;
  /** Added to, at the offset of m. */
  readonly grads: FloatArray;
  readonly segments: readonly SegmentNumbers[];
  readonly n: number;
  readonly out: number;
  readonly ia3: boolean;
}

/** c = l where a member has a vector, else 1; n = 1. */
export function ia3TableReference(
  adapter: FloatArray,
  table: FloatArray,
  segments: readonly SegmentNumbers[],
  out: number,
): void {
  table.fill(1, 0, 2 * out);
  for (const { start, end, scale, a_offset } of segments)
    if (scale !== 0) for (let o = start; o < end; o++) table[o] = adapter[a_offset + o - start] ?? 0;
}

export function doraGradReference(args: DoraGradArguments): void {
  const { z, dy, table, grads, segments, n, out, ia3 } = args;
  for (const s of segments) {
    if (ia3 ? s.scale === 0 : s.rank === 0) continue;
    for (let o = s.start; o < s.end; o++) {
      let sum = 0;
      for (let row = 0; row < n; row++) sum += (dy[row * out + o] ?? 0) * (z[row * out + o] ?? 0);
      const at = (ia3 ? s.a_offset : magnitudeOffset(s)) + o - s.start;
      grads[at] = (grads[at] ?? 0) + sum / Math.max(table[out + o] ?? 0, 1e-30);
    }
  }
}

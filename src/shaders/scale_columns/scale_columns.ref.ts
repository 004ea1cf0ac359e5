// References of the kernels of column scales: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import { decodeMember } from '../quant/decode.ref.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';

/** Where m of a member stands: behind B, at the next multiple of 64. */
export const magnitudeOffset = ({ start, end, rank, b_offset }: SegmentNumbers): number =>
  b_offset + Math.ceil(((end - start) * rank) / 64) * 64;

interface Group {
  /** The first `count` are in use. */
  readonly segments: readonly SegmentNumbers[];
  readonly count: number;
  readonly out: number;
}

const members = ({ segments, count }: Group): readonly SegmentNumbers[] => segments.slice(0, count);

export interface RowNormTableArguments extends Group {
  readonly w: Uint32Array;
  readonly w_scales: Uint32Array;
  readonly decode: { readonly format: WeightFormat };
  readonly adapter: FloatArray;
  /** [2, OUT]: c = m / n, and n. */
  readonly table: FloatArray;
  readonly k: number;
}

export function rowNormTableReference(args: RowNormTableArguments): void {
  const { w: words, w_scales: scales, adapter, table, k, out } = args;
  const { format } = args.decode;
  const row = new Float64Array(k);
  members(args).forEach((s, segment) => {
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

export interface ScaleColumnsArguments {
  readonly x: FloatArray;
  readonly table: FloatArray;
  readonly residual: FloatArray;
  readonly y: FloatArray;
  readonly n: number;
  readonly out: number;
  readonly HAS_RESIDUAL: number;
}

/** y = c x (+ residual). */
export function scaleColumnsReference({
  x,
  table,
  residual,
  y,
  n,
  out,
  HAS_RESIDUAL,
}: ScaleColumnsArguments): void {
  const adds = HAS_RESIDUAL === 1;
  for (let i = 0; i < n * out; i++)
    y[i] = (table[i % out] ?? 0) * (x[i] ?? 0) + (adds ? (residual[i] ?? 0) : 0);
}

export interface ScaleColumnsGradArguments extends Group {
  readonly z: FloatArray;
  readonly dy: FloatArray;
  readonly table: FloatArray;
  /** [splits, total]: added to, at the offset of m; each part from its own stretch of tokens. */
  readonly grads: FloatArray;
  readonly n: number;
  readonly total: number;
  readonly splits: number;
  readonly OWN_SCALE: number;
}

export interface VectorTableArguments extends Group {
  readonly adapter: FloatArray;
  readonly table: FloatArray;
}

/** c = l where a member has a vector, else 1; n = 1. */
export function vectorTableReference(args: VectorTableArguments): void {
  const { adapter, table, out } = args;
  table.fill(1, 0, 2 * out);
  for (const { start, end, scale, a_offset } of members(args))
    if (scale !== 0) for (let o = start; o < end; o++) table[o] = adapter[a_offset + o - start] ?? 0;
}

export function scaleColumnsGradReference(args: ScaleColumnsGradArguments): void {
  const { z, dy, table, grads, n, out, total, splits } = args;
  const own = args.OWN_SCALE === 1;
  const share = Math.ceil(n / splits);
  for (const s of members(args)) {
    if (own ? s.scale === 0 : s.rank === 0) continue;
    for (let o = s.start; o < s.end; o++)
      for (let part = 0; part < splits; part++) {
        let sum = 0;
        for (let row = part * share; row < Math.min((part + 1) * share, n); row++)
          sum += (dy[row * out + o] ?? 0) * (z[row * out + o] ?? 0);
        const at = part * total + (own ? s.a_offset : magnitudeOffset(s)) + o - s.start;
        grads[at] = (grads[at] ?? 0) + sum / Math.max(table[out + o] ?? 0, 1e-30);
      }
  }
}

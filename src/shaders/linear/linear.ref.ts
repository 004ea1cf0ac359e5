// Reference of the linear kernels over a packed group for few rows: it walks column by column, for a transposed matrix in floats would cost
// more than the product.
import type { FloatArray } from '../declaration.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import { decodeMember } from '../quant/decode.ref.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';

/** A packed group with its adapters. */
export interface PackedGroupArguments {
  readonly w: Uint32Array;
  readonly w_scales: Uint32Array;
  readonly adapter: FloatArray;
  /** The first `count` are in use. */
  readonly segments: readonly SegmentNumbers[];
  readonly count: number;
  readonly n: number;
  readonly k: number;
  readonly out: number;
  readonly ru: number;
  readonly residual: FloatArray;
}

interface Group extends PackedGroupArguments {
  readonly decode: { readonly format: WeightFormat };
  readonly HAS_RESIDUAL: number;
}

export interface LinearArguments extends Group {
  /** [N, K] */
  readonly x: FloatArray;
  /** [N, RU] */
  readonly u: FloatArray;
  /** [N, OUT] */
  readonly y: FloatArray;
}

const COLUMNS = 4;

/** x[at..] · each of the four rows of w [4, K]: four sums side by side, for one chain alone waits on itself. */
function dots(x: FloatArray, at: number, w: FloatArray, k: number, sums: Float64Array): void {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let p = 0; p < k; p++) {
    const value = x[at + p] ?? 0;
    s0 += value * (w[p] ?? 0);
    s1 += value * (w[k + p] ?? 0);
    s2 += value * (w[2 * k + p] ?? 0);
    s3 += value * (w[3 * k + p] ?? 0);
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

/** y = [x | u] [W | s B]ᵀ (+ residual). */
export function linearVectorReference(args: LinearArguments): void {
  const { w: words, w_scales: scales, adapter, x, u, y, residual, n, k, out, ru } = args;
  const [weights, sums] = [new Float64Array(COLUMNS * k), new Float64Array(COLUMNS)];
  args.segments.slice(0, args.count).forEach((s, segment) => {
    const member = { words, scales, format: args.decode.format, segment, firstBlock: s.first_block };
    for (let o = s.start; o < s.end; o += COLUMNS) {
      const columns = Math.min(COLUMNS, s.end - o);
      decodeMember({ ...member, first: (o - s.start) * k, count: columns * k, out: weights, outAt: 0 });
      for (let row = 0; row < n; row++) {
        dots(x, row * k, weights, k, sums);
        for (let c = 0; c < columns; c++) {
          const b = s.b_offset + (o + c - s.start) * s.rank;
          let part = 0;
          for (let r = 0; r < s.rank; r++)
            part += (u[row * ru + s.u_column + r] ?? 0) * (s.scale * (adapter[b + r] ?? 0));
          const at = row * out + o + c;
          y[at] = (sums[c] ?? 0) + part + (args.HAS_RESIDUAL === 1 ? (residual[at] ?? 0) : 0);
        }
      }
    }
  });
}

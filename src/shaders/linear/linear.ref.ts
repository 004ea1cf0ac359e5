// References of the linear kernels over a packed group. The tiled ones decode it and take the plain product, as the other variant does;
// the one for few rows walks column by column, for a transposed matrix in floats would cost more than the product.

import type { FloatArray } from '../declaration.ts';
import { dequantizeReference } from '../dequantize/dequantize.ref.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import { matmulReference } from '../matmul/matmul.ref.ts';
import { decodeMember } from '../quant/decode.ref.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';

interface Group {
  readonly w: Uint32Array;
  readonly w_scales: Uint32Array;
  readonly decode: { readonly format: WeightFormat };
  readonly adapter: FloatArray;
  /** The first `count` are in use. */
  readonly segments: readonly SegmentNumbers[];
  readonly count: number;
  readonly n: number;
  readonly k: number;
  readonly out: number;
  readonly ru: number;
  readonly residual: FloatArray;
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

function product(group: Group, forward: boolean, a: FloatArray, u: FloatArray, y: FloatArray): void {
  const { n, ru, residual } = group;
  const [k, m] = forward ? [group.k, group.out] : [group.out, group.k];
  const b = new Float64Array((k + ru) * m);
  dequantizeReference({ ...group, scratch: b, TRANSPOSED: forward ? 1 : 0 });
  const places = { a_stride: k, a_offset: 0, y_stride: m, y_offset: 0 };
  matmulReference({
    ...{ a, u, b, residual, y, n, k, m, ru, ...places },
    ...{ ADDS: group.HAS_RESIDUAL, ADD_RESIDUAL: 1, ADD_Y: 2 },
  });
}

/** y = [x | u] [W | s B]ᵀ (+ residual). */
export const linearReference = (args: LinearArguments): void => product(args, true, args.x, args.u, args.y);

export interface LinearBackwardArguments extends Group {
  /** [N, OUT] */
  readonly dy: FloatArray;
  /** [N, RU] */
  readonly du: FloatArray;
  /** [N, K] */
  readonly dx: FloatArray;
}

/** dx = [dy | du] [W ; A] (+ residual). */
export const linearBackwardReference = (args: LinearBackwardArguments): void =>
  product(args, false, args.dy, args.du, args.dx);

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

/** As `linearReference`, for few rows. */
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

// References of the matrix products: float64 oracle, float32 CPU backend. Blocks of 4 by 4 kept in local numbers, for the
// CPU backend spends its time here.
import type { FloatArray } from '../declaration.ts';

export interface MatmulArguments {
  /** [N, K] */
  readonly a: FloatArray;
  /** [N, RU] */
  readonly u: FloatArray;
  /** [K + RU, M] */
  readonly b: FloatArray;
  /** [N, M] */
  readonly residual: FloatArray;
  /** [N, M] */
  readonly y: FloatArray;
  readonly n: number;
  readonly k: number;
  readonly m: number;
  readonly ru: number;
  /** Elements from row to row of `a`, and the first of them. */
  readonly a_stride: number;
  readonly a_offset: number;
  readonly y_stride: number;
  readonly y_offset: number;
  /** What is added to the product: ADD_RESIDUAL, ADD_Y (what y holds) or nothing. */
  readonly ADDS: number;
  readonly ADD_RESIDUAL: number;
  readonly ADD_Y: number;
}

interface Place {
  readonly stride: number;
  readonly offset: number;
}

/** Where rows of the operands of one product stand. */
interface Layout {
  readonly k: number;
  readonly m: number;
  readonly bRow: number;
  readonly a: Place;
  readonly y: Place;
}

/** y = a·b for rows [i, i+4) and columns [j, j+4), added to y; a has `k` columns, b starts at row `bRow`. */
function block4(a: FloatArray, b: FloatArray, y: FloatArray, n: Layout, i: number, j: number): void {
  const { k, m } = n;
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
  const a0 = i * n.a.stride + n.a.offset;
  const a1 = a0 + n.a.stride;
  const a2 = a1 + n.a.stride;
  const a3 = a2 + n.a.stride;
  let at = n.bRow * m + j;
  for (let p = 0; p < k; p++, at += m) {
    const x0 = a[a0 + p] ?? 0;
    const x1 = a[a1 + p] ?? 0;
    const x2 = a[a2 + p] ?? 0;
    const x3 = a[a3 + p] ?? 0;
    const b0 = b[at] ?? 0;
    const b1 = b[at + 1] ?? 0;
    const b2 = b[at + 2] ?? 0;
    const b3 = b[at + 3] ?? 0;
    s00 += x0 * b0;
    s01 += x0 * b1;
    s02 += x0 * b2;
    s03 += x0 * b3;
    s10 += x1 * b0;
    s11 += x1 * b1;
    s12 += x1 * b2;
    s13 += x1 * b3;
    s20 += x2 * b0;
    s21 += x2 * b1;
    s22 += x2 * b2;
    s23 += x2 * b3;
    s30 += x3 * b0;
    s31 += x3 * b1;
    s32 += x3 * b2;
    s33 += x3 * b3;
  }
  const to = i * n.y.stride + n.y.offset + j;
  add4(y, to, s00, s01, s02, s03);
  add4(y, to + n.y.stride, s10, s11, s12, s13);
  add4(y, to + 2 * n.y.stride, s20, s21, s22, s23);
  add4(y, to + 3 * n.y.stride, s30, s31, s32, s33);
}

function add4(y: FloatArray, at: number, s0: number, s1: number, s2: number, s3: number): void {
  y[at] = (y[at] ?? 0) + s0;
  y[at + 1] = (y[at + 1] ?? 0) + s1;
  y[at + 2] = (y[at + 2] ?? 0) + s2;
  y[at + 3] = (y[at + 3] ?? 0) + s3;
}

/** y += a·b[bRow..bRow+k) for `rows` rows. */
function addProduct(a: FloatArray, b: FloatArray, y: FloatArray, rows: number, layout: Layout): void {
  const { k, m, bRow } = layout;
  const n4 = rows - (rows % 4);
  const m4 = m - (m % 4);
  // Columns outside, rows inside: a panel of b stays in the cache.
  for (let j = 0; j < m4; j += 4) for (let i = 0; i < n4; i += 4) block4(a, b, y, layout, i, j);
  const single = (i: number, j: number): void => {
    const from = i * layout.a.stride + layout.a.offset;
    const to = i * layout.y.stride + layout.y.offset + j;
    let sum = 0;
    for (let p = 0; p < k; p++) sum += (a[from + p] ?? 0) * (b[(bRow + p) * m + j] ?? 0);
    y[to] = (y[to] ?? 0) + sum;
  };
  for (let i = 0; i < rows; i++) for (let j = i < n4 ? m4 : 0; j < m; j++) single(i, j);
}

/** y = [a | u] b (+ residual, or + y). */
export function matmulReference(args: MatmulArguments): void {
  const { a, u, b, residual, y, n, k, m, ru } = args;
  const aPlace = { stride: args.a_stride, offset: args.a_offset };
  const yPlace = { stride: args.y_stride, offset: args.y_offset };
  for (let i = 0; i < n && args.ADDS !== args.ADD_Y; i++) {
    const to = i * yPlace.stride + yPlace.offset;
    if (args.ADDS === args.ADD_RESIDUAL) for (let j = 0; j < m; j++) y[to + j] = residual[i * m + j] ?? 0;
    else y.fill(0, to, to + m);
  }
  addProduct(a, b, y, n, { k, m, bRow: 0, a: aPlace, y: yPlace });
  if (ru > 0) addProduct(u, b, y, n, { k: ru, m, bRow: k, a: { stride: ru, offset: 0 }, y: yPlace });
}

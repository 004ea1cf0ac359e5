// References of the matrix products: float64 oracle, float32 CPU backend. Blocks of 2 by 4 kept in local numbers, for the CPU backend spends
// its time here; over doubles whatever the operands are, for a loop that has seen both kinds of array takes half as long again.
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

const COLUMNS = 4;

/** Rows of `a` one after another, as doubles. */
function rowsOf(a: FloatArray, rows: number, k: number, { stride, offset }: Place): Float64Array {
  const wide = new Float64Array(rows * k);
  for (let i = 0; i < rows; i++)
    for (let p = 0; p < k; p++) wide[i * k + p] = a[i * stride + offset + p] ?? 0;
  return wide;
}

/** Columns [j, j + columns) of b's rows [bRow, bRow + k) into panel [K, 4]. */
function fillPanel(
  panel: Float64Array,
  b: FloatArray,
  { k, m, bRow }: Layout,
  j: number,
  columns: number,
): void {
  let at = bRow * m + j;
  for (let to = 0; to < k * COLUMNS; to += COLUMNS, at += m)
    for (let c = 0; c < columns; c++) panel[to + c] = b[at + c] ?? 0;
}

/** Rows of a that begin at a0 and at a1, times the panel, into sums [2, 4]. */
function block(
  a: Float64Array,
  a0: number,
  a1: number,
  panel: Float64Array,
  k: number,
  sums: Float64Array,
): void {
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let p = 0, at = 0; p < k; p++, at += COLUMNS) {
    const x0 = a[a0 + p] ?? 0;
    const x1 = a[a1 + p] ?? 0;
    const b0 = panel[at] ?? 0;
    const b1 = panel[at + 1] ?? 0;
    const b2 = panel[at + 2] ?? 0;
    const b3 = panel[at + 3] ?? 0;
    s00 += x0 * b0;
    s01 += x0 * b1;
    s02 += x0 * b2;
    s03 += x0 * b3;
    s10 += x1 * b0;
    s11 += x1 * b1;
    s12 += x1 * b2;
    s13 += x1 * b3;
  }
  sums[0] = s00;
  sums[1] = s01;
  sums[2] = s02;
  sums[3] = s03;
  sums[4] = s10;
  sums[5] = s11;
  sums[6] = s12;
  sums[7] = s13;
}

/** y += a·b[bRow..bRow+k) for `rows` rows. */
function addProduct(a: FloatArray, b: FloatArray, y: FloatArray, rows: number, layout: Layout): void {
  const { k, m } = layout;
  const wide = rowsOf(a, rows, k, layout.a);
  const [panel, sums] = [new Float64Array(k * COLUMNS), new Float64Array(2 * COLUMNS)];
  // Columns outside, rows inside: a panel of b stays in the cache.
  for (let j = 0; j < m; j += COLUMNS) {
    const columns = Math.min(COLUMNS, m - j);
    fillPanel(panel, b, layout, j, columns);
    for (let i = 0; i < rows; i += 2) {
      const pair = Math.min(2, rows - i);
      block(wide, i * k, (i + pair - 1) * k, panel, k, sums);
      for (let r = 0; r < pair; r++) {
        const to = (i + r) * layout.y.stride + layout.y.offset + j;
        for (let c = 0; c < columns; c++) y[to + c] = (y[to + c] ?? 0) + (sums[r * COLUMNS + c] ?? 0);
      }
    }
  }
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

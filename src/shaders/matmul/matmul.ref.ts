// References of the matrix products: float64 oracle, float32 CPU backend. Blocks of 4 by 4 kept in local numbers, for the
// CPU backend spends its time here.
import type { FloatArray } from '../kernel.ts';

export interface MatmulArguments {
  /** [N, K] */
  readonly a: FloatArray;
  /** [N, RU] or null */
  readonly u: FloatArray | null;
  /** [K + RU, M] */
  readonly b: FloatArray;
  /** [N, M] or null */
  readonly residual: FloatArray | null;
  /** [N, M] */
  readonly y: FloatArray;
  readonly n: number;
  readonly k: number;
  readonly m: number;
  readonly ru: number;
}

/** y = a·b for rows [i, i+4) and columns [j, j+4), added to y; a has `k` columns, b starts at row `bRow`. */
function block4(
  a: FloatArray,
  b: FloatArray,
  y: FloatArray,
  n: { readonly k: number; readonly m: number; readonly bRow: number },
  i: number,
  j: number,
): void {
  const { k, m } = n;
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
  const a0 = i * k;
  const a1 = a0 + k;
  const a2 = a1 + k;
  const a3 = a2 + k;
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
  add4(y, i * m + j, s00, s01, s02, s03);
  add4(y, (i + 1) * m + j, s10, s11, s12, s13);
  add4(y, (i + 2) * m + j, s20, s21, s22, s23);
  add4(y, (i + 3) * m + j, s30, s31, s32, s33);
}

function add4(y: FloatArray, at: number, s0: number, s1: number, s2: number, s3: number): void {
  y[at] = (y[at] ?? 0) + s0;
  y[at + 1] = (y[at + 1] ?? 0) + s1;
  y[at + 2] = (y[at + 2] ?? 0) + s2;
  y[at + 3] = (y[at + 3] ?? 0) + s3;
}

/** y += a·b[bRow..bRow+k). */
function addProduct(
  a: FloatArray,
  b: FloatArray,
  y: FloatArray,
  rows: number,
  k: number,
  m: number,
  bRow: number,
): void {
  const n4 = rows - (rows % 4);
  const m4 = m - (m % 4);
  // Columns outside, rows inside: a panel of b stays in the cache.
  for (let j = 0; j < m4; j += 4) for (let i = 0; i < n4; i += 4) block4(a, b, y, { k, m, bRow }, i, j);
  const single = (i: number, j: number): void => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += (a[i * k + p] ?? 0) * (b[(bRow + p) * m + j] ?? 0);
    y[i * m + j] = (y[i * m + j] ?? 0) + sum;
  };
  for (let i = 0; i < rows; i++) for (let j = i < n4 ? m4 : 0; j < m; j++) single(i, j);
}

/** y = [a | u] b (+ residual). */
export function matmulReference({ a, u, b, residual, y, n, k, m, ru }: MatmulArguments): void {
  if (residual) for (let i = 0; i < n * m; i++) y[i] = residual[i] ?? 0;
  else y.fill(0, 0, n * m);
  addProduct(a, b, y, n, k, m, 0);
  if (u && ru > 0) addProduct(u, b, y, n, ru, m, k);
}

export interface MatmulTransposedArguments {
  /** [N, K] */
  readonly a: FloatArray;
  /** [M, K] */
  readonly b: FloatArray;
  /** [N, M] */
  readonly y: FloatArray;
  readonly n: number;
  readonly k: number;
  readonly m: number;
}

/** y = a·bᵀ. */
export function matmulTransposedReference({ a, b, y, n, k, m }: MatmulTransposedArguments): void {
  for (let i = 0; i < n; i += 2) {
    const a0 = i * k;
    const a1 = Math.min(i + 1, n - 1) * k;
    for (let j = 0; j < m; j += 4) {
      const b0 = j * k;
      const b1 = Math.min(j + 1, m - 1) * k;
      const b2 = Math.min(j + 2, m - 1) * k;
      const b3 = Math.min(j + 3, m - 1) * k;
      let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let p = 0; p < k; p++) {
        const x0 = a[a0 + p] ?? 0;
        const x1 = a[a1 + p] ?? 0;
        const w0 = b[b0 + p] ?? 0;
        const w1 = b[b1 + p] ?? 0;
        const w2 = b[b2 + p] ?? 0;
        const w3 = b[b3 + p] ?? 0;
        s00 += x0 * w0;
        s01 += x0 * w1;
        s02 += x0 * w2;
        s03 += x0 * w3;
        s10 += x1 * w0;
        s11 += x1 * w1;
        s12 += x1 * w2;
        s13 += x1 * w3;
      }
      const sums = [s00, s01, s02, s03, s10, s11, s12, s13];
      for (let r = 0; r < Math.min(2, n - i); r++)
        for (let c = 0; c < Math.min(4, m - j); c++) y[(i + r) * m + j + c] = sums[r * 4 + c] ?? 0;
    }
  }
}

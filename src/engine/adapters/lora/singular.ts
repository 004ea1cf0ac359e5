// The largest singular triplets of a matrix, by Lanczos iteration with full reorthogonalisation on the Gram operator of its smaller
// side, in float64; and the first columns of its QR factorisation. Source: Golub and Van Loan, Matrix Computations, 10.1 and 8.3.

export interface Matrix {
  /** Row-major [rows, columns]. */
  readonly values: ArrayLike<number>;
  readonly rows: number;
  readonly columns: number;
}

export interface Singular {
  /** Descending. */
  readonly values: Float64Array;
  /** Left vectors, one a row: [r, rows]. */
  readonly left: Float64Array[];
  /** Right vectors, one a row: [r, columns]. */
  readonly right: Float64Array[];
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
};

/** y += factor · x */
const axpy = (factor: number, x: Float64Array, y: Float64Array): void => {
  for (let i = 0; i < y.length; i++) y[i] = (y[i] ?? 0) + factor * (x[i] ?? 0);
};

/** Scales to length 1; answers the length before. */
function normalise(x: Float64Array): number {
  const norm = Math.sqrt(dot(x, x));
  if (norm > 0) for (let i = 0; i < x.length; i++) x[i] = (x[i] ?? 0) / norm;
  return norm;
}

/** W x [rows]. */
function times({ values, rows, columns }: Matrix, x: Float64Array): Float64Array {
  const y = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    const at = row * columns;
    for (let i = 0; i < columns; i++) sum += (values[at + i] ?? 0) * (x[i] ?? 0);
    y[row] = sum;
  }
  return y;
}

/** Wᵀ x [columns]. */
function transposedTimes({ values, rows, columns }: Matrix, x: Float64Array): Float64Array {
  const y = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const factor = x[row] ?? 0;
    const at = row * columns;
    for (let i = 0; i < columns; i++) y[i] = (y[i] ?? 0) + factor * (values[at + i] ?? 0);
  }
  return y;
}

/**
 * Eigenvalues of a symmetric tridiagonal matrix, ascending nowhere: in `diagonal`'s places, with eigenvector j in column j of the
 * answered row-major matrix. Implicit QL with Wilkinson's shift.
 */
function tridiagonalEigen(diagonal: Float64Array, below: Float64Array): Float64Array {
  const n = diagonal.length;
  const [d, e] = [diagonal, Float64Array.from({ length: n }, (_, i) => below[i] ?? 0)];
  const z = new Float64Array(n * n);
  for (let i = 0; i < n; i++) z[i * n + i] = 1;
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; sweep < 60; sweep++) {
      let m = l;
      while (m < n - 1) {
        const scale = Math.abs(d[m] ?? 0) + Math.abs(d[m + 1] ?? 0);
        if (Math.abs(e[m] ?? 0) <= 2 ** -52 * scale) break;
        m += 1;
      }
      if (m === l) break;
      const half = ((d[l + 1] ?? 0) - (d[l] ?? 0)) / (2 * (e[l] ?? 0));
      let g = (d[m] ?? 0) - (d[l] ?? 0) + (e[l] ?? 0) / (half + Math.sign(half || 1) * Math.hypot(half, 1));
      let [s, c, p] = [1, 1, 0];
      for (let i = m - 1; i >= l; i--) {
        const f = s * (e[i] ?? 0);
        const b = c * (e[i] ?? 0);
        const r = Math.hypot(f, g);
        e[i + 1] = r;
        [s, c] = r === 0 ? [0, 1] : [f / r, g / r];
        const shifted = (d[i + 1] ?? 0) - p;
        const t = ((d[i] ?? 0) - shifted) * s + 2 * c * b;
        p = s * t;
        d[i + 1] = shifted + p;
        g = c * t - b;
        for (let k = 0; k < n; k++) {
          const [low, high] = [z[k * n + i] ?? 0, z[k * n + i + 1] ?? 0];
          z[k * n + i + 1] = s * low + c * high;
          z[k * n + i] = c * low - s * high;
        }
      }
      d[l] = (d[l] ?? 0) - p;
      e[l] = g;
      e[m] = 0;
    }
  }
  return z;
}

/** A fixed start; any vector that is orthogonal to no singular vector will do. */
function startVector(length: number, seed: number): Float64Array {
  let state = (seed + 1) * 0x9e3779b9;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

const CHECK_EVERY = 8;
/** Of an eigenvalue, relative to the largest: what float64 leaves of it. */
const CONVERGED = 1e-13;

/** The `r` largest singular values and their vectors. */
export function topSingular(matrix: Matrix, r: number): Singular {
  const { rows, columns } = matrix;
  const tall = rows >= columns;
  const n = Math.min(rows, columns);
  const gram = (x: Float64Array): Float64Array =>
    tall ? transposedTimes(matrix, times(matrix, x)) : times(matrix, transposedTimes(matrix, x));
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const below: number[] = [];
  const orthogonalise = (x: Float64Array): void => {
    for (let pass = 0; pass < 2; pass++) for (const q of basis) axpy(-dot(q, x), q, x);
  };
  let next = startVector(n, 0);
  normalise(next);
  let found: { readonly values: Float64Array; readonly z: Float64Array; readonly order: number[] } | null =
    null;
  while (basis.length < n) {
    const q = next;
    basis.push(q);
    next = gram(q);
    diagonal.push(dot(q, next));
    orthogonalise(next);
    let beta = normalise(next);
    const largest = Math.max(...diagonal.map(Math.abs));
    if (beta <= 2 ** -50 * largest && basis.length < n) {
      // What was reached so far is closed under the operator: go on in what is orthogonal to it.
      beta = 0;
      next = startVector(n, basis.length);
      orthogonalise(next);
      normalise(next);
    }
    below.push(beta);
    const k = basis.length;
    if (k < n && (k < r + CHECK_EVERY || k % CHECK_EVERY !== 0)) continue;
    const values = Float64Array.from(diagonal);
    const z = tridiagonalEigen(values, Float64Array.from(below.slice(0, -1)));
    const order = [...values.keys()].sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0)).slice(0, r);
    found = { values, z, order };
    const top = Math.max(values[order[0] ?? 0] ?? 0, Number.MIN_VALUE);
    if (order.every((j) => Math.abs(beta * (z[(k - 1) * k + j] ?? 0)) <= CONVERGED * top)) break;
  }
  const k = basis.length;
  const vectors = (found?.order ?? []).map((j) => {
    const v = new Float64Array(n);
    basis.forEach((q, i) => {
      axpy(found?.z[i * k + j] ?? 0, q, v);
    });
    normalise(v);
    return v;
  });
  const others = vectors.map((v) => (tall ? times(matrix, v) : transposedTimes(matrix, v)));
  const values = Float64Array.from(others, (u) => normalise(u));
  return { values, left: tall ? others : vectors, right: tall ? vectors : others };
}

/** Q[:, :r] as rows [r, rows], and R[:r] = Qᵀ W as rows [r, columns], of W = Q R. */
export function firstOfQr(
  matrix: Matrix,
  r: number,
): { readonly q: Float64Array[]; readonly r: Float64Array[] } {
  const { values, rows, columns } = matrix;
  const q: Float64Array[] = [];
  for (let j = 0; j < r; j++) {
    const column = Float64Array.from({ length: rows }, (_, row) => values[row * columns + j] ?? 0);
    for (let pass = 0; pass < 2; pass++) for (const before of q) axpy(-dot(before, column), before, column);
    normalise(column);
    q.push(column);
  }
  return { q, r: q.map((one) => transposedTimes(matrix, one)) };
}

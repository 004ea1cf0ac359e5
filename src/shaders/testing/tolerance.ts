// Test-only: the single source of tolerances. Every bound is derived from the unit roundoff and the length of the sum.

/** Unit roundoff of IEEE binary32, 2^-24. */
export const F32_ROUNDOFF = 2 ** -24;

/** Unit roundoff of IEEE binary64, 2^-53. */
const F64_ROUNDOFF = 2 ** -53;

/**
 * Bound for a float32 sum of `length` products in any order against the exact value (Higham, Accuracy and Stability,
 * 3.1): |error| ≤ γ_{n+1} Σ|a_i b_i|, γ_n = n·u / (1 - n·u). `magnitude` is Σ|a_i b_i| or an upper bound of it.
 */
export function sumBound(length: number, magnitude: number, roundoff = F32_ROUNDOFF): number {
  const n = (length + 1) * roundoff;
  return (n / (1 - n)) * magnitude;
}

/** The same for float64: what two orders of the same `length` operations may differ by, each from the exact value. */
export const sumBound64 = (length: number, magnitude: number): number =>
  2 * sumBound(length, Math.abs(magnitude), F64_ROUNDOFF);

/** Half a unit in the last of so many decimals: what a printed value leaves open. */
export const halfUnit = (decimals: number): number => 0.5 * 10 ** -decimals;

/**
 * WGSL's accuracy for exp, log, inverseSqrt, sin, cos, division (WGSL, "Accuracy of Built-in Functions"): a few ULP
 * that grow with the argument; `ulps` times the size of a float32 ULP at `magnitude`.
 */
export function ulpBound(ulps: number, magnitude: number): number {
  return ulps * 2 * F32_ROUNDOFF * magnitude;
}

export interface Mismatch {
  readonly index: number;
  readonly got: number;
  readonly want: number;
  readonly allowed: number;
}

/** First mismatches of `got` against `want` under `allowed` (a number or one bound an element); NaN never matches. */
export function mismatches(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  allowed: number | ((index: number) => number),
  limit = 5,
): Mismatch[] {
  const found: Mismatch[] = [];
  if (got.length !== want.length) return [{ index: -1, got: got.length, want: want.length, allowed: 0 }];
  for (let i = 0; i < want.length && found.length < limit; i++) {
    const bound = typeof allowed === 'number' ? allowed : allowed(i);
    const g = got[i] ?? Number.NaN;
    const w = want[i] ?? Number.NaN;
    if (!(Math.abs(g - w) <= bound)) found.push({ index: i, got: g, want: w, allowed: bound });
  }
  return found;
}

/** |a|, element by element: a reference run over absolute values gives Σ|a_i b_i| of every output, for `sumBound`. */
export const absolute = (values: ArrayLike<number>): Float64Array => Float64Array.from(values, Math.abs);

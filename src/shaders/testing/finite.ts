// Test-only: central finite differences in float64, and seeded inputs with outliers.

/** A small seeded generator for test inputs only (mulberry32); returns values in [-1, 1) with a rare outlier of ±8. */
export function randomArray(length: number, seed: number): Float64Array {
  let state = (seed * 0x9e3779b9 + 0x7f4a7c15) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return Float64Array.from({ length }, () => {
    const value = next() * 2 - 1;
    return next() < 0.01 ? Math.sign(value) * 8 : value;
  });
}

/**
 * dL/dx by central differences, L = Σ weight·f(x); step 1e-5 gives an error of about 1e-9 relative for smooth f.
 * `f` must return a fresh array for the given x.
 */
export function finiteDifference(
  f: (x: Float64Array) => Float64Array,
  x: Float64Array,
  weight: Float64Array,
  step = 1e-5,
): Float64Array {
  const value = (at: Float64Array): number => f(at).reduce((sum, y, i) => sum + y * (weight[i] ?? 0), 0);
  return x.map((xi, i) => {
    const plus = x.slice();
    plus[i] = xi + step;
    const minus = x.slice();
    minus[i] = xi - step;
    return (value(plus) - value(minus)) / (2 * step);
  });
}

// Test-only: central finite differences in float64 with their error bounds, and seeded inputs with outliers.
import type { Mismatch } from './tolerance.ts';
import { mismatches, sumBound64 } from './tolerance.ts';

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

export interface Differences {
  readonly values: Float64Array;
  /** What each value may be wrong by. */
  readonly allowed: Float64Array;
}

/**
 * dL/dx by central differences in float64, L = Σ weight·f(x), with a bound for each: the error of the step h is about a third of
 * D(2h) − D(h), of which the whole is allowed; roundings of f, sums of `terms` values up to its largest, are divided by the step.
 * `f` must return a fresh array for the given x.
 */
export function finiteDifference(
  f: (x: Float64Array) => Float64Array,
  x: Float64Array,
  weight: Float64Array,
  terms: number,
): Differences {
  const step = 1e-5;
  const [values, allowed] = [new Float64Array(x.length), new Float64Array(x.length)];
  x.forEach((xi, i) => {
    const at = (distance: number): Float64Array => {
      const moved = x.slice();
      moved[i] = xi + distance;
      return f(moved);
    };
    const difference = (h: number): { slope: number; rounding: number } => {
      const [plus, minus] = [at(h), at(-h)];
      let [sum, largest, touched] = [0, 0, 0];
      plus.forEach((p, j) => {
        const [m, w] = [minus[j] ?? Number.NaN, weight[j] ?? 0];
        largest = Math.max(largest, Math.abs(p), Math.abs(m));
        // What does not depend on x[i] is the same twice, roundings and all.
        if (p === m) return;
        sum += w * (p - m);
        touched += Math.abs(w);
      });
      return { slope: sum / (2 * h), rounding: sumBound64(terms, touched * largest) / h };
    };
    const [near, far] = [difference(step), difference(2 * step)];
    values[i] = near.slope;
    allowed[i] = Math.abs(far.slope - near.slope) + near.rounding;
  });
  return { values, allowed };
}

/** First places where a gradient is not that of `f`, within the bounds above. */
export function gradientMismatches(
  got: Float64Array,
  f: (x: Float64Array) => Float64Array,
  x: Float64Array,
  weight: Float64Array,
  terms: number,
): Mismatch[] {
  const { values, allowed } = finiteDifference(f, x, weight, terms);
  return mismatches(got, values, (i) => allowed[i] ?? 0);
}

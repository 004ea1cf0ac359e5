// How far two sides are apart, number by number, and whether rounding explains it.
import type { Difference, Judged } from './opinionShapes.ts';

/** What stands there when a side has no number: none on both sides is no difference. */
function apart(a: number, b: number): number {
  if (Object.is(a, b)) return 0;
  const distance = Math.abs(a - b);
  return Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
}

/** Of a to b; nothing over nothing is nothing. */
const over = (a: number, b: number): number => (a === 0 ? 0 : a / b);

function difference(a: ArrayLike<number>, b: ArrayLike<number>): Difference {
  let [largest, scale, squares, own, theirs, product] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < b.length; i++) {
    const [x, y] = [a[i] ?? Number.NaN, b[i] ?? Number.NaN];
    const d = apart(x, y);
    largest = Math.max(largest, d);
    squares += d * d;
    scale = Math.max(scale, Math.abs(y));
    own += x * x;
    theirs += y * y;
    product += x * y;
  }
  const size = Math.sqrt(own * theirs);
  return {
    largest,
    relative: over(largest, scale),
    distance: over(Math.sqrt(squares), Math.sqrt(theirs)),
    cosine: size > 0 && Number.isFinite(size) ? product / size : null,
  };
}

/** Root of the mean square. */
export function sizeOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) ** 2;
  return Math.sqrt(sum / Math.max(1, values.length));
}

/**
 * `leastScale`: an array whose numbers are smaller than this is what was left of larger ones that cancelled, and is held to their size.
 */
export function judged(a: ArrayLike<number>, b: ArrayLike<number>, bound: number, leastScale = 0): Judged {
  const found = difference(a, b);
  const within = found.distance <= bound && found.relative <= bound;
  const cancelled = sizeOf(b) < leastScale && found.largest <= bound * leastScale;
  return { ...found, bound, agrees: within || cancelled };
}

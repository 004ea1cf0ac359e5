// Smoothing for the charts. The average starts unbiased (as Adam's moments do), so the first points are not pulled to 0.

/** De-biased exponential moving average of `values`, weight `beta` in [0, 1) on the past; NaN stays a gap. */
export function ema(values: readonly number[], beta: number): number[] {
  let mean = 0;
  let mass = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    mean = beta * mean + (1 - beta) * value;
    mass = beta * mass + (1 - beta);
    return mean / mass;
  });
}

// When a run of a sweep is given up: the median stopping rule of Golovin et al., "Google Vizier: A Service for Black-Box Optimization" (KDD
// 2017), section 3.2: stop at step s where the best value so far is worse than the median of the running averages, up to s, of the runs that
// went to their end. Pure.

/** One step of a run: [step, loss, eval_loss], eval_loss null where none was measured. */
export type Reported = readonly (readonly [step: number, loss: number, evalLoss: number | null])[];

/** Fewer ended runs are no median to speak of. */
const LEAST_ENDED = 2;
/** Before this part of a run nothing is said of it: a warmup tells nothing. */
const LEAST_PART = 1 / 4;

type Series = readonly (readonly [step: number, value: number])[];

const evaluated = (run: Reported): Series =>
  run.flatMap(([step, , evalLoss]) => (evalLoss === null ? [] : [[step, evalLoss] as const]));
const trained = (run: Reported): Series => run.map(([step, loss]) => [step, loss] as const);

/** A loss that is no number is worse than any. */
const ranked = (loss: number): number => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss);

/** null: nothing was told up to there. */
function averageUpTo(series: Series, step: number): number | null {
  const values = series.filter(([at]) => at <= step).map(([, value]) => ranked(value));
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  const [low = 0, high = 0] = [sorted[Math.floor(half)], sorted[Math.ceil(half)]];
  return low === high ? low : (low + high) / 2;
}

/** Whether a run of `totalSteps` is to be stopped where it stands, by eval losses where all of them have some, else by training losses. */
export function isBehind(run: Reported, ended: readonly Reported[], totalSteps: number): boolean {
  const [step = 0] = run.at(-1) ?? [];
  if (ended.length < LEAST_ENDED || step < totalSteps * LEAST_PART || step >= totalSteps) return false;
  const seriesOf = [run, ...ended].every((one) => evaluated(one).length > 0) ? evaluated : trained;
  const best = seriesOf(run).reduce(
    (least, [, value]) => Math.min(least, ranked(value)),
    Number.POSITIVE_INFINITY,
  );
  const averages = ended.flatMap((one) => averageUpTo(seriesOf(one), step) ?? []);
  return averages.length >= LEAST_ENDED && best > medianOf(averages);
}

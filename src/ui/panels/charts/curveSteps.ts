// The steps that have a place in the curves: those that are logged, with the mean loss since the last log, and those that were evaluated. Pure.
import { loggedWindows, meanOf } from '../../../engine/index.ts';
import type { Run, StepPoint } from '../../state/state.ts';

interface CurveStep {
  readonly point: StepPoint;
  /** Otherwise it has an eval loss alone. */
  readonly logged: boolean;
}

type Of = Pick<Run, 'steps' | 'recipe'>;

/** What three charts and their figures ask for again and again between two steps. */
const known = new WeakMap<
  Run['steps'],
  { readonly recipe: Run['recipe']; readonly steps: readonly CurveStep[] }
>();

export function curveSteps({ steps, recipe }: Of): readonly CurveStep[] {
  const before = known.get(steps);
  if (before?.recipe === recipe) return before.steps;
  const windows = loggedWindows(steps, recipe);
  const shown = steps.flatMap((point): CurveStep[] => {
    const since = windows.get(point.step);
    if (since) return [{ point: { ...point, loss: meanOf(since, ({ loss }) => loss) }, logged: true }];
    return point.evalLoss === null ? [] : [{ point, logged: false }];
  });
  known.set(steps, { recipe, steps: shown });
  return shown;
}

/** The points of the loss curve alone. */
export const loggedSteps = (run: Of): readonly StepPoint[] =>
  curveSteps(run).flatMap(({ point, logged }) => (logged ? [point] : []));

/** Steps between two points from here on, and the step of the first of all; null: the run ends before it. */
export function loggingOf(run: Of & Pick<Run, 'start'>): {
  readonly every: number;
  readonly first: number | null;
} {
  const every = run.recipe.values['train.logging_steps'];
  const [point] = loggedSteps(run);
  const done = run.steps.at(-1)?.step ?? 0;
  const next = (Math.floor(done / every) + 1) * every;
  const total = run.start?.totalSteps ?? done;
  return { every, first: point?.step ?? (next <= total ? next : null) };
}

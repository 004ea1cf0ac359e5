// What is logged of a run's steps, as transformers' Trainer logs them: after every logging_steps steps, with the mean loss since the last
// log. Every step is kept; here is told which have an entry, and what it is the mean of.
// Source: transformers 5.18 trainer_callback.py DefaultFlowCallback, trainer.py _maybe_log_save_evaluate; TRL 1.13 sft_trainer.py log.
import type { RecipeChange } from '../recipe/changes.ts';
import { valuesAt } from '../recipe/changes.ts';
import type { RecipeValues } from '../recipe/recipe.ts';

/** The recipe that steps are of, as far as it says which of them are logged. */
export interface Logging {
  readonly values: RecipeValues;
  readonly changes?: readonly RecipeChange[];
}

/** Whether a log follows the step of this number, the first being 1. */
export function isLogged({ values, changes = [] }: Logging, step: number): boolean {
  const own = changes.filter(({ key }) => key === 'train.logging_steps');
  const held = own.length === 0 ? values : valuesAt({ values, changes: own }, step - 1);
  return step % held['train.logging_steps'] === 0;
}

/** Steps by the one after which they are logged, itself the last of them. Those behind the last log are in none. */
type Windows<P> = ReadonlyMap<number, readonly P[]>;

/** `points`: of all steps, in order. */
export function loggedWindows<P extends { readonly step: number }>(
  points: readonly P[],
  recipe: Logging,
): Windows<P> {
  const windows = new Map<number, readonly P[]>();
  let since = 0;
  for (const [place, { step }] of points.entries()) {
    if (!isLogged(recipe, step)) continue;
    windows.set(step, points.slice(since, place + 1));
    since = place + 1;
  }
  return windows;
}

export const meanOf = <P>(points: readonly P[], of: (point: P) => number): number =>
  points.reduce((sum, point) => sum + of(point), 0) / points.length;

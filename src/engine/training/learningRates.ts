// The learning rate of every step of a run that has not begun, by the schedule that the learner follows.
import type { RecipeValues } from '../recipe/recipe.ts';
import { scheduleFactor, warmupStepsOf } from '../torch/optim/schedules.ts';
import { learnerOptions } from './options.ts';

/** `[totalSteps]` rates. Throws UserError 'settings' and 'schedule-…' for arguments that the schedule does not take. */
export function learningRates(values: RecipeValues, totalSteps: number): readonly number[] {
  const { schedule, warmup } = learnerOptions(values);
  const whole = { ...schedule, totalSteps, warmupSteps: warmupStepsOf(warmup, totalSteps) };
  return Array.from({ length: totalSteps }, (_, k) => schedule.learningRate * scheduleFactor(whole, k));
}

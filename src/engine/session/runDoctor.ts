// Watches a run: says what the doctor finds in its steps so far when that changes, also that it has passed. The finding itself is
// laboratory/doctor/diagnoseRun.ts.
import { diagnoseRun } from '../laboratory/doctor/diagnoseRun.ts';
import type { Event } from '../protocol.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { StepMetrics } from '../training/metrics.ts';
import { nanLoss } from '../training/trainingErrors.ts';

export class RunDoctor {
  readonly #values: RecipeValues;
  readonly #emit: (event: Event) => void;
  #said: string | null = null;

  constructor(values: RecipeValues, emit: (event: Event) => void) {
    this.#values = values;
    this.#emit = emit;
  }

  /** `steps` are all of the run so far, in order. Throws UserError 'nan-loss' when nothing can come after the last of them. */
  look(steps: readonly StepMetrics[]): void {
    const diagnosis = diagnoseRun(this.#values, steps);
    const id = diagnosis?.id ?? null;
    if (id !== this.#said) this.#emit({ type: 'diagnosed', diagnosis });
    this.#said = id;
    const last = steps.at(-1);
    if (last && !Number.isFinite(last.loss)) throw nanLoss({ step: last.step, loss: last.loss });
  }
}

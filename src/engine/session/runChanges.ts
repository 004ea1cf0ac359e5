// What is changed of a run while it trains: the recipe as it goes on, and what was asked for and waits for the end of a step.
import type { ChangePatch } from '../recipe/changes.ts';
import { valuesAt, withChange } from '../recipe/changes.ts';
import type { Recipe, RecipeValues } from '../recipe/recipe.ts';
import { trainerOptions } from '../training/options.ts';
import type { TrainerOptions } from '../training/trainer.ts';

export class RunChanges {
  #recipe: Recipe;
  #wanted: ChangePatch = {};

  constructor(recipe: Recipe) {
    this.#recipe = recipe;
  }

  /** With what was changed on the way. */
  get recipe(): Recipe {
    return this.#recipe;
  }

  /** The settings that hold now; `program`: those of a recipe whose program decides. */
  values(program: RecipeValues): RecipeValues {
    return this.#recipe.program ? program : this.#recipe.values;
  }

  /** Of the step after so many. */
  optionsAt(step: number, program: RecipeValues): TrainerOptions {
    return trainerOptions(valuesAt({ ...this.#recipe, values: this.values(program) }, step));
  }

  want(patch: ChangePatch): void {
    this.#wanted = { ...this.#wanted, ...patch };
  }

  /** Takes up what was asked for, after so many steps; whether anything changed. */
  settle(step: number): boolean {
    const before = this.#recipe;
    this.#recipe = withChange(before, step, this.#wanted);
    this.#wanted = {};
    return this.#recipe !== before;
  }
}

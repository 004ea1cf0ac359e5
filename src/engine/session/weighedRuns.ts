// What is asked and told of the cost of several runs, as plain data; weighRuns.ts computes it.
import type { Text } from '../ground/text.ts';
import type { Recipe, RecipePatch } from '../recipe/recipe.ts';
import type { CostEstimate } from '../training/cost.ts';

/** `estimate`: null where the run raises before its first step; `problem`: why it can't be begun at all. */
export interface WeighedRun {
  readonly estimate: CostEstimate | null;
  readonly problem: Text | null;
}

/** A recipe, and what each run has other than it. */
export interface RunsToWeigh {
  readonly recipe: Recipe;
  readonly patches: readonly RecipePatch[];
}

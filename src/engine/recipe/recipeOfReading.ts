// The recipe that a reading of a script stands for: its settings over a preset's, and its program beside them where they don't say all of it.

import type { RecipeProgram } from './program/program.ts';
import { decidedBy } from './programDecides.ts';
import type { Recipe, RecipePatch } from './recipe.ts';
import { withPatch } from './recipe.ts';

export interface ReadRecipe {
  readonly patch: RecipePatch;
  /** What no setting says. */
  readonly unsaid: readonly unknown[];
  readonly program: RecipeProgram | null;
}

/** `plain`: the preset's recipe. Of the wiring, what the script does not say is the library's default and not the preset's. */
export function recipeOfReading(plain: Recipe, { patch, unsaid, program }: ReadRecipe): Recipe {
  const { program: _, ...rest } = plain;
  const recipe = { ...rest, values: withPatch(withPatch(plain.values, decidedBy(patch)), patch) };
  return program !== null && unsaid.length > 0 ? { ...recipe, program } : recipe;
}

// The recipe that a reading of a script stands for: its settings over a preset's, and its program beside them where they don't say all of it.

import type { RecipeProgram } from './program/program.ts';
import type { Recipe, RecipePatch } from './recipe.ts';
import { withPatch } from './recipe.ts';

export interface ReadRecipe {
  readonly patch: RecipePatch;
  /** What no setting says. */
  readonly unsaid: readonly unknown[];
  readonly program: RecipeProgram | null;
}

/** `plain`: the preset's recipe; a script that was there gives way. */
export function recipeOfReading(plain: Recipe, { patch, unsaid, program }: ReadRecipe): Recipe {
  const { program: _, ...rest } = plain;
  const recipe = { ...rest, values: withPatch(plain.values, patch) };
  return program !== null && unsaid.length > 0 ? { ...recipe, program } : recipe;
}

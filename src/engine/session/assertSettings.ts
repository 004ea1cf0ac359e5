// The settings of a recipe against their own ranges, before anything is made of them. What settings mean together is for the wiring.
import { badSettings } from '../ground/settings/settingErrors.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import { recipeProblems } from '../recipe/recipe.ts';

/** Throws UserError 'settings'. */
export function assertSettings(values: RecipeValues): void {
  const problems = recipeProblems(values);
  if (problems.length > 0) throw badSettings({ problems });
}

// The page's way to a recipe file: its reader is fetched when somebody opens one.
import type { PresetValues } from './presets.ts';
import type { Recipe } from './recipe.ts';

/** Rejects with UserError 'recipe-…' naming the field. */
export async function readRecipe(text: string, presets: readonly PresetValues[]): Promise<Recipe> {
  const { readRecipeJson } = await import('./recipeFile.ts');
  return readRecipeJson(text, presets);
}

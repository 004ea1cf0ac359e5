// In what recipes differ: the settings that are not the same in all of them, and the parts that are no settings. Pure; how a value is
// shown is the page's. A script's program is compared whole.
import type { Recipe, SettingKey } from './recipe.ts';
import { settingKeys } from './recipe.ts';

/** What of a recipe is no setting. */
export const recipeParts = ['preset', 'model', 'adapter', 'rows', 'template', 'script', 'questions'] as const;
export type RecipePart = (typeof recipeParts)[number];

/** A recipe whose rows may be elsewhere. */
export interface ComparedRecipe extends Omit<Recipe, 'data'> {
  /** Name of own rows; null: the preset's. */
  readonly rowsName: string | null;
  /** Tells rows apart. */
  readonly rowsDigest: string;
}

export interface RecipeDifferences {
  readonly settings: readonly SettingKey[];
  readonly parts: readonly RecipePart[];
}

/** What makes a part the same or another. */
function identity(recipe: ComparedRecipe, part: RecipePart): string {
  switch (part) {
    case 'preset':
      return recipe.preset;
    case 'model':
      return recipe.model?.digest ?? '';
    case 'adapter':
      return recipe.adapter?.digest ?? '';
    case 'rows':
      return recipe.rowsDigest;
    case 'template':
      return recipe.chatTemplate ?? '';
    case 'script':
      return JSON.stringify(recipe.program ?? null);
    case 'questions':
      return JSON.stringify(recipe.prompts ?? null);
  }
}

const vary = <T>(values: readonly T[]): boolean => values.some((value) => !Object.is(value, values[0]));

/** Where not all of these recipes agree, settings in the form's order; nothing where there is only one. */
export function differencesOf(recipes: readonly ComparedRecipe[]): RecipeDifferences {
  return {
    settings: settingKeys.filter((key) => vary(recipes.map(({ values }) => values[key]))),
    parts: recipeParts.filter((part) => vary(recipes.map((recipe) => identity(recipe, part)))),
  };
}

/** A recipe beside a kept one; `rowsDigest`: of its rows, where they are known otherwise than by their text. */
export function comparedOf(
  { data, ...recipe }: Recipe,
  rowsDigest = JSON.stringify(data ?? recipe.preset),
): ComparedRecipe {
  return { ...recipe, rowsName: data?.name ?? null, rowsDigest };
}

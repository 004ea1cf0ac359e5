// Presets by the language of their rows: a page in Chinese offers those that the embedded model for Chinese understands.
import { sameRun } from '../../engine/index.ts';
import { presetRecipe } from './recipeEdits.ts';
import type { Language, PageState, PresetEntry } from './state.ts';

/** What the page offers: the presets of its language, and the one that is chosen. */
export const offered = (
  presets: readonly PresetEntry[],
  language: Language,
  chosen: string,
): readonly PresetEntry[] => presets.filter((preset) => preset.language === language || preset.id === chosen);

/**
 * The page in another language. Where nothing was changed and nothing has been trained, rows and questions follow: the preset at the same place
 * of the other language's list.
 */
export function inLanguage(state: PageState, language: Language): Partial<PageState> {
  const { presets, recipe, run, past } = state;
  const of = (wanted: Language): readonly PresetEntry[] =>
    presets.filter((preset) => preset.language === wanted);
  const at = of(state.language).findIndex(({ id }) => id === recipe.preset);
  const sibling = of(language)[at];
  const untouched =
    run === null &&
    past.length === 0 &&
    recipe.prompts === undefined &&
    sameRun(recipe, presetRecipe(presets, recipe.preset));
  if (at < 0 || sibling === undefined || !untouched) return { language };
  return { language, recipe: presetRecipe(presets, sibling.id), asked: {} };
}

// Edits of the recipe and their undo: pure, so that each is a line in a test. Sending them to the engine is elsewhere.
import type { Recipe, RecipeValues, SettingKey } from '../../engine/index.ts';
import { changedKeys, defaultValues, recipeOfReading, withPatch } from '../../engine/index.ts';
import type { Edit, PageState, PresetEntry } from './state.ts';

/** Edits of one key closer together than this are one undo: a slider sends dozens a second. */
export const oneEditMs = 700;
const historyLength = 100;

/** Values a preset stands for; the defaults when it isn't known (yet). */
export function presetValues(presets: readonly PresetEntry[], id: string): RecipeValues {
  return presets.find((preset) => preset.id === id)?.values ?? defaultValues;
}

/** The recipe of a preset, with nothing of one's own. */
export function presetRecipe(presets: readonly PresetEntry[], id: string): Recipe {
  return { preset: id, values: presetValues(presets, id) };
}

/** Recipe without its own rows; prompts stay, they are the person's. */
function withoutData(recipe: Recipe): Recipe {
  const { data: _, ...rest } = recipe;
  return rest;
}

/** Recipe without a script's program. */
function withoutProgram(recipe: Recipe): Recipe {
  const { program: _, ...rest } = recipe;
  return rest;
}

function applied(state: PageState, edit: Edit): Recipe {
  const { recipe } = state;
  switch (edit.kind) {
    case 'values':
      return { ...recipe, values: withPatch(recipe.values, edit.patch) };
    case 'throughout': {
      const { changes: _, ...rest } = recipe;
      return rest;
    }
    case 'script':
      return recipeOfReading({ ...recipe, values: presetValues(state.presets, recipe.preset) }, edit.reading);
    case 'program':
      return { ...recipe, program: edit.program };
    case 'settings-alone':
      return { ...withoutProgram(recipe), values: withPatch(recipe.values, edit.patch) };
    case 'recipe':
      return edit.recipe;
    case 'preset':
      // The model stays: a preset is rows, questions and settings.
      return { ...presetRecipe(state.presets, edit.id), ...(recipe.model ? { model: recipe.model } : {}) };
    case 'model': {
      const { model: _, ...rest } = { ...recipe, values: withPatch(recipe.values, edit.patch) };
      return edit.model === null ? rest : { ...rest, model: edit.model };
    }
    case 'adapter': {
      const { adapter: _, ...rest } = { ...recipe, values: withPatch(recipe.values, edit.patch) };
      return edit.adapter === null ? rest : { ...rest, adapter: edit.adapter };
    }
    case 'data':
      return edit.data === null ? withoutData(recipe) : { ...recipe, data: edit.data };
    case 'template': {
      const { chatTemplate: _, ...rest } = recipe;
      return edit.template === null ? rest : { ...rest, chatTemplate: edit.template };
    }
    case 'prompts':
      return { ...recipe, prompts: edit.prompts };
  }
}

const keyOf = (edit: Edit): string =>
  edit.kind === 'values'
    ? Object.keys(edit.patch).join()
    : /^(preset|recipe|script|program|settings-alone|template)$/.test(edit.kind)
      ? ''
      : edit.kind;

/** The state after an edit. `atMs` is any steadily growing clock. */
export function edited(state: PageState, edit: Edit, atMs: number): PageState {
  const recipe = applied(state, edit);
  const key = keyOf(edit);
  const { lastEdit } = state;
  const goesOn = key !== '' && lastEdit?.key === key && atMs - lastEdit.atMs < oneEditMs;
  const past = goesOn ? state.past : [...state.past, state.recipe].slice(-historyLength);
  return { ...state, recipe, past, future: [], lastEdit: { key, atMs } };
}

/** One edit back; the same state when there is none. */
export function undone(state: PageState): PageState {
  const recipe = state.past.at(-1);
  if (recipe === undefined) return state;
  const future = [state.recipe, ...state.future];
  return { ...state, recipe, past: state.past.slice(0, -1), future, lastEdit: null };
}

/** One undone edit forward again. */
export function redone(state: PageState): PageState {
  const [recipe, ...future] = state.future;
  if (recipe === undefined) return state;
  return { ...state, recipe, past: [...state.past, state.recipe], future, lastEdit: null };
}

/** Keys that differ from the preset's values, and those that the preset itself moves away from the defaults. */
export function differences(state: Pick<PageState, 'recipe' | 'presets'>): {
  readonly own: readonly SettingKey[];
  readonly preset: readonly SettingKey[];
} {
  const base = presetValues(state.presets, state.recipe.preset);
  return { own: changedKeys(state.recipe.values, base), preset: changedKeys(base, defaultValues) };
}

// Reads the JSON file that the page saves (link.ts writes it). Unlike a link, a wrong file is refused as a whole.

import { causeOf } from '../ground/errors.ts';
import { isRecord } from '../ground/isRecord.ts';
import { settingProblem } from '../ground/settings/setting.ts';
import type { Text } from '../ground/text.ts';
import type { PresetValues } from './presets.ts';
import type { ModelRef, Recipe, RecipeValues } from './recipe.ts';
import { defaultValues, isSettingKey, RECIPE_VERSION, settingOf } from './recipe.ts';
import { noSuchSetting, recipeNoJson, recipeSettings, recipeVersion } from './recipeErrors.ts';

const fileRef = (value: unknown): ModelRef | null =>
  isRecord(value) && typeof value.name === 'string' && typeof value.digest === 'string'
    ? { name: value.name, digest: value.digest }
    : null;

/** Throws UserError 'recipe-…' naming the field. */
export function readRecipeJson(text: string, presets: readonly PresetValues[]): Recipe {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw recipeNoJson({ cause: causeOf(error) });
  }
  if (!isRecord(value) || value.version !== RECIPE_VERSION)
    throw recipeVersion({
      wanted: RECIPE_VERSION,
      got: isRecord(value) && value.version !== undefined ? String(value.version) : null,
    });
  const preset = presets.find((entry) => entry.id === value.preset);
  const problems: Text[] = [];
  const patch: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(isRecord(value.settings) ? value.settings : {})) {
    const problem = isSettingKey(key) ? settingProblem(key, settingOf(key), setting) : noSuchSetting(key);
    if (problem) problems.push(problem);
    patch[key] = setting;
  }
  if (problems.length > 0) throw recipeSettings({ problems });
  const { data, prompts } = value;
  const model = fileRef(value.model);
  const adapter = fileRef(value.adapter);
  const rows =
    isRecord(data) && typeof data.name === 'string' && typeof data.text === 'string'
      ? { data: { name: data.name, text: data.text } }
      : {};
  const questions = Array.isArray(prompts) ? { prompts: prompts.map(String) } : {};
  return {
    preset: preset?.id ?? String(value.preset ?? ''),
    values: { ...(preset?.values ?? defaultValues), ...patch } as RecipeValues,
    ...(model ? { model } : {}),
    ...(adapter ? { adapter } : {}),
    ...rows,
    ...questions,
  };
}

// Reads the JSON file that the page saves (link.ts writes it). Unlike a link, a wrong file is refused as a whole.
import { UserError } from '../errors.ts';
import type { PresetValues } from './presets.ts';
import type { Recipe, RecipeValues } from './recipe.ts';
import { defaultValues, isSettingKey, RECIPE_VERSION, settingOf } from './recipe.ts';
import { settingProblem } from './setting.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Throws UserError 'recipe' naming the field. */
export function readRecipeJson(text: string, presets: readonly PresetValues[]): Recipe {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      'recipe',
      `Recipe file: not JSON (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
  if (!isObject(value) || value.version !== RECIPE_VERSION)
    throw new UserError(
      'recipe',
      `Recipe file: expected version ${RECIPE_VERSION}, got ${isObject(value) ? String(value.version) : typeof value}.`,
    );
  const preset = presets.find((entry) => entry.id === value.preset);
  const problems: string[] = [];
  const patch: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(isObject(value.settings) ? value.settings : {})) {
    const problem = isSettingKey(key)
      ? settingProblem(key, settingOf(key), setting)
      : `${key}: no such setting.`;
    if (problem) problems.push(problem);
    patch[key] = setting;
  }
  if (problems.length > 0) throw new UserError('recipe', `Recipe file: ${problems.join(' ')}`);
  const { data, prompts } = value;
  const rows =
    isObject(data) && typeof data.name === 'string' && typeof data.text === 'string'
      ? { data: { name: data.name, text: data.text } }
      : {};
  const questions = Array.isArray(prompts) ? { prompts: prompts.map(String) } : {};
  return {
    preset: preset?.id ?? String(value.preset ?? ''),
    values: { ...(preset?.values ?? defaultValues), ...patch } as RecipeValues,
    ...rows,
    ...questions,
  };
}

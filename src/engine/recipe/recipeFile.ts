// Reads the JSON file that the page saves (link.ts writes it). Unlike a link, a wrong file is refused as a whole.

import { causeOf } from '../ground/errors.ts';
import { isRecord } from '../ground/isRecord.ts';
import type { PresetValues } from './presets.ts';
import { isRecipeProgram, programProblem } from './program/programShape.ts';
import type { ModelRef, Recipe } from './recipe.ts';
import { defaultValues, RECIPE_VERSION, readSettings, withPatch } from './recipe.ts';
import { recipeNoJson, recipeSettings, recipeVersion } from './recipeErrors.ts';

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
  const { patch, problems } = readSettings(isRecord(value.settings) ? value.settings : {});
  const { data, prompts, program } = value;
  const damaged = program === undefined ? null : programProblem(program);
  if (problems.length > 0 || damaged)
    throw recipeSettings({ problems: [...problems, ...(damaged ? [damaged] : [])] });
  const model = fileRef(value.model);
  const adapter = fileRef(value.adapter);
  const rows =
    isRecord(data) && typeof data.name === 'string' && typeof data.text === 'string'
      ? { data: { name: data.name, text: data.text } }
      : {};
  const questions = Array.isArray(prompts) ? { prompts: prompts.map(String) } : {};
  return {
    preset: preset?.id ?? String(value.preset ?? ''),
    values: withPatch(preset?.values ?? defaultValues, patch),
    ...(model ? { model } : {}),
    ...(adapter ? { adapter } : {}),
    ...(isRecipeProgram(program) ? { program } : {}),
    ...rows,
    ...questions,
  };
}

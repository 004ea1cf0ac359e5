// Reads the JSON file that the page saves (link.ts writes it). Unlike a link, a wrong file is refused as a whole, and so is one that holds a
// field of another page.

import { isRecord } from '../ground/isRecord.ts';
import { quote } from '../ground/quote.ts';
import { shaped } from '../ground/shapeDecode.ts';
import { anything, list, optional, record, shape, string, whole } from '../ground/shapes.ts';
import { readJson } from '../ground/strictJson.ts';
import type { RecipeChange } from './changes.ts';
import { recipeChanges } from './changes.ts';
import { ownTemplate } from './ownTemplate.ts';
import type { PresetValues } from './presets.ts';
import type { RecipeProgram } from './program/program.ts';
import { recipeProgram } from './program/programShape.ts';
import type { FileRef, ModelRef, Recipe } from './recipe.ts';
import { defaultValues, RECIPE_VERSION, readSettings, withPatch } from './recipe.ts';
import { recipeField, recipeNoJson, recipeSettings, recipeVersion } from './recipeErrors.ts';
import { fileRef, modelRef } from './recipeShapes.ts';
import type { CustomData } from './rows/ownRows.ts';
import { customData } from './rows/ownRowsShape.ts';

interface SavedRecipe {
  readonly version: number;
  readonly preset: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly model?: ModelRef;
  readonly adapter?: FileRef;
  readonly prompts?: readonly string[];
  readonly chatTemplate?: string;
  readonly data?: CustomData;
  readonly program?: RecipeProgram;
  readonly changes?: readonly RecipeChange[];
}

const saved = shape<SavedRecipe>({
  version: whole(RECIPE_VERSION, RECIPE_VERSION),
  preset: string,
  settings: optional(record(anything)),
  model: optional(modelRef),
  adapter: optional(fileRef),
  prompts: optional(list(string)),
  chatTemplate: optional(ownTemplate),
  data: optional(customData),
  program: optional(recipeProgram),
  changes: optional(recipeChanges),
});

/** Throws UserError 'recipe-…' naming the field. */
export function readRecipeJson(text: string, presets: readonly PresetValues[]): Recipe {
  const { value: json, problem } = readJson(text.replace(/^\ufeff/, ''));
  if (problem) throw recipeNoJson({ cause: problem });
  const version = isRecord(json) ? json.version : undefined;
  if (version !== RECIPE_VERSION)
    throw recipeVersion({ wanted: RECIPE_VERSION, got: version === undefined ? null : quote(version) });
  const { value, misfit } = shaped(saved, json);
  if (misfit) throw recipeField({ found: misfit });
  const { settings = {}, model, adapter, prompts, chatTemplate, data, program, changes } = value;
  const preset = presets.find((entry) => entry.id === value.preset);
  const { patch, problems } = readSettings(settings);
  if (problems.length > 0) throw recipeSettings({ problems });
  return {
    preset: value.preset,
    values: withPatch(preset?.values ?? defaultValues, patch),
    ...(model ? { model } : {}),
    ...(adapter ? { adapter } : {}),
    ...(program ? { program } : {}),
    ...(data ? { data } : {}),
    ...(prompts ? { prompts } : {}),
    ...(changes ? { changes } : {}),
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
  };
}

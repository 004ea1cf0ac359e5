// Shapes of what crosses the worker boundary in both directions and is saved with runs: recipes, patches of them, bilingual texts.
import type { Check, Fields, Misfit } from '../ground/shapes.ts';
import { boolean, list, number, optional, record, shape, string } from '../ground/shapes.ts';
import type { Text } from '../ground/text.ts';
import { text } from '../ground/text.ts';
import { recipeChanges } from './changes.ts';
import { modelSource } from './modelSource.ts';
import { ownTemplate } from './ownTemplate.ts';
import { recipeProgram } from './program/programShape.ts';
import type { FileRef, ModelRef, Recipe, RecipePatch, RecipeValues } from './recipe.ts';
import { isSettingKey, settingKeys, settingOf } from './recipe.ts';
import { customData } from './rows/ownRowsShape.ts';

export const bilingual: Check<Text> = shape<Text>({ en: string, zh: string });

const kinds = { number, boolean, choice: string, text: string } as const;

/** A value of a setting's kind; whether it is in range the recipe itself says, with a remedy. */
const settingMisfit = (key: string, value: unknown): Misfit | null => {
  const found = isSettingKey(key)
    ? kinds[settingOf(key).type.kind](value)
    : { at: '', expected: text('a setting', '设置'), got: key };
  return found && { ...found, at: key };
};

/** Settings by their keys, each of its kind. */
export const recipePatch: Check<RecipePatch> = (value) => {
  const notRecord = record(() => null)(value);
  if (notRecord) return notRecord;
  for (const [key, entry] of Object.entries(Object(value))) {
    const found = settingMisfit(key, entry);
    if (found) return found;
  }
  return null;
};

export const recipeValues: Check<RecipeValues> = (value) => {
  const found = recipePatch(value);
  if (found) return found;
  const missing = settingKeys.find((key) => !Object.hasOwn(Object(value), key));
  return missing === undefined ? null : settingMisfit(missing, undefined);
};

export const fileRef: Check<FileRef> = shape<FileRef>({ name: string, digest: string });
export const modelRef: Check<ModelRef> = shape<ModelRef>({
  name: string,
  digest: string,
  source: optional(modelSource),
});

/** A recipe but for its settings, of which a saved run may have fewer. */
export const besideSettings: Fields<Omit<Recipe, 'values'>> = {
  preset: string,
  data: optional(customData),
  model: optional(modelRef),
  adapter: optional(fileRef),
  program: optional(recipeProgram),
  prompts: optional(list(string)),
  chatTemplate: optional(ownTemplate),
  changes: optional(recipeChanges),
};

export const recipe: Check<Recipe> = shape<Recipe>({ ...besideSettings, values: recipeValues });

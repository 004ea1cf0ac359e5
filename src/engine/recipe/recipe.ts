// The recipe: the only source of settings. A flat record from dotted PEFT/TRL names to values, typed from the
// declarations. Presets are named patches; the link and the JSON file hold only what differs from the preset.

import { adapterSettings } from '../adapters/settings.ts';
import type { ArgumentPlace } from '../ground/settings/pythonPlace.ts';
import { isArgument } from '../ground/settings/pythonPlace.ts';
import type { Setting, SettingValue } from '../ground/settings/setting.ts';
import { settingProblem } from '../ground/settings/setting.ts';
import type { Text } from '../ground/text.ts';
import { optimizerSettings } from '../torch/optim/settings.ts';
import type { RecipeChange } from './changes.ts';
import type { ModelSource } from './modelSource.ts';
import type { RecipeProgram } from './program/program.ts';
import { noSuchSetting } from './recipeErrors.ts';
import type { CustomData } from './rows/ownRows.ts';
import { dataSettings } from './settings/data.ts';
import { evaluationSettings } from './settings/evaluation.ts';
import { generateSettings } from './settings/generate.ts';
import { preferenceSettings } from './settings/preference.ts';
import { sftSettings } from './settings/sft.ts';
import { trainSettings } from './settings/train.ts';
import { wiringSettings } from './settings/wiring.ts';

export const RECIPE_VERSION = 1;

/** Every setting, in the order the form shows them. */
const settings = {
  ...dataSettings,
  ...adapterSettings,
  ...wiringSettings,
  ...trainSettings,
  ...sftSettings,
  ...preferenceSettings,
  ...evaluationSettings,
  ...optimizerSettings,
  ...generateSettings,
} as const;

export type SettingKey = keyof typeof settings;
export type RecipeValues = { readonly [K in SettingKey]: SettingValue<(typeof settings)[K]> };

/** What a person brought: known by its file's name and digest. */
export interface FileRef {
  readonly name: string;
  readonly digest: string;
}

/** A base model. The digest is '' where only its source was named, and nobody has seen it yet. */
export interface ModelRef extends FileRef {
  /** Absent: it came from a disk. */
  readonly source?: ModelSource;
}

export type AdapterRef = FileRef;

export interface Recipe {
  /** Id of a preset (registry in recipe/presets.ts) whose patch stands under the values. */
  readonly preset: string;
  readonly values: RecipeValues;
  readonly data?: CustomData;
  /** Absent: the embedded model. */
  readonly model?: ModelRef;
  /** The adapter that PeftModel.from_pretrained loads; absent: one that was never trained. */
  readonly adapter?: AdapterRef;
  /** Of a script that does more than settings can say: it, and no setting, decides how the model is wired. */
  readonly program?: RecipeProgram;
  /** Questions asked before and after; empty means the preset's own. */
  readonly prompts?: readonly string[];
  /** Absent: the model's own. */
  readonly chatTemplate?: string;
  /** Settings that were others at first, in the order they were changed. */
  readonly changes?: readonly RecipeChange[];
}

export type RecipePatch = { readonly [K in SettingKey]?: RecipeValues[K] };

export const settingKeys = Object.keys(settings) as SettingKey[];

export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(settings, key);

export const settingOf = (key: SettingKey): Setting => settings[key] as unknown as Setting;

/** Settings that are an argument of some call in Python. */
export type ArgumentKey = {
  [K in SettingKey]: (typeof settings)[K]['python'] extends ArgumentPlace ? K : never;
}[SettingKey];

export const isArgumentKey = (key: SettingKey): key is ArgumentKey => isArgument(settings[key].python);

export const placeOf = (key: ArgumentKey): ArgumentPlace => settings[key].python;

export const defaultValues: RecipeValues = Object.fromEntries(
  settingKeys.map((key) => [key, settings[key].default]),
) as unknown as RecipeValues;

const holds = <K extends SettingKey>(key: K, value: unknown): value is RecipeValues[K] =>
  settingProblem(key, settingOf(key), value) === null;

export interface SettingsRead {
  /** What holds. */
  readonly patch: RecipePatch;
  /** What is wrong with the rest, in words. */
  readonly problems: readonly Text[];
}

/** Settings from outside (a link, a file, a message, a script): here alone a value gets its type. */
export function readSettings(entries: Readonly<Record<string, unknown>>): SettingsRead {
  let patch: RecipePatch = {};
  const problems: Text[] = [];
  for (const [key, value] of Object.entries(entries)) {
    if (!isSettingKey(key)) problems.push(noSuchSetting(key));
    else if (holds(key, value)) patch = { ...patch, [key]: value };
    else problems.push(settingProblem(key, settingOf(key), value) ?? noSuchSetting(key));
  }
  return { patch, problems };
}

/** Values with a patch laid over them. */
export function withPatch(values: RecipeValues, patch: RecipePatch): RecipeValues {
  return { ...values, ...patch };
}

/** Keys whose values differ from `base`. */
export function changedKeys(values: RecipeValues, base: RecipeValues): SettingKey[] {
  return settingKeys.filter((key) => !Object.is(values[key], base[key]));
}

/** Every problem of a set of values, in words; empty when all hold. */
export function recipeProblems(values: RecipeValues): Text[] {
  return settingKeys.flatMap((key) => settingProblem(key, settingOf(key), values[key]) ?? []);
}

// The recipe behind '#': `v=1&preset=…&lora.r=16&…`, only what differs from the preset; rows, a script, a long
// chat template and fingerprint when asked for. Reading never throws: what is unknown or wrong becomes a note, and the default stays.

import { decimal } from '../ground/decimal.ts';
import { quote, shortened } from '../ground/quote.ts';
import type { Setting } from '../ground/settings/setting.ts';
import type { Text } from '../ground/text.ts';
import { text as say } from '../ground/text.ts';
import { wellFormed } from '../ground/wellFormed.ts';
import type { RecipeChange } from './changes.ts';
import { deflateText } from './deflate.ts';
import type { Fingerprint } from './fingerprint.ts';
import { changeUnread, readChange } from './linkChanges.ts';
import { readData, readProgram, readTemplate } from './linkParts.ts';
import type { ModelSource } from './modelSource.ts';
import { namedSource, readSource } from './modelSource.ts';
import { fitsEveryLink } from './ownTemplate.ts';
import type { PresetValues } from './presets.ts';
import type { RecipeProgram } from './program/program.ts';
import type { FileRef, Recipe, RecipePatch, RecipeValues } from './recipe.ts';
import {
  changedKeys,
  defaultValues,
  isSettingKey,
  RECIPE_VERSION,
  readSettings,
  settingOf,
  withPatch,
} from './recipe.ts';
import type { CustomData } from './rows/ownRows.ts';
import { isInFile } from './rows/ownRows.ts';

export interface LinkOptions {
  readonly includeData: boolean;
  /** A script's program with the script itself. */
  readonly includeProgram?: boolean;
  /** A chat template too long for every link. */
  readonly includeTemplate?: boolean;
  readonly fingerprint: Fingerprint | null;
}

export interface ParsedLink {
  readonly recipe: Recipe;
  readonly fingerprint: Fingerprint | null;
  readonly notes: readonly Text[];
}

const baseOf = (presets: readonly PresetValues[], id: string): RecipeValues =>
  presets.find((preset) => preset.id === id)?.values ?? defaultValues;

/** Readable in an address bar: only what would end or split a value is escaped. */
const escapeText = (text: string): string =>
  encodeURIComponent(text).replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%2F', '/');

const writeFingerprint = ({ device, losses }: Fingerprint): string =>
  [escapeText(device), ...losses.map(([step, loss]) => `${step}:${loss.toPrecision(7)}`)].join('~');

/** A file is named as the model's is; what was written by hand goes along only when asked for. */
const namesFileAlone = (data: CustomData): boolean => isInFile(data) && (data.edits ?? []).length === 0;

/** The text behind '#'. */
export async function formatLink(
  recipe: Recipe,
  presets: readonly PresetValues[],
  options: LinkOptions,
): Promise<string> {
  const parts = [`v=${RECIPE_VERSION}`, `preset=${escapeText(recipe.preset)}`];
  const { model } = recipe;
  if (model && model.digest !== '') parts.push(`model=${model.digest}~${escapeText(model.name)}`);
  if (model?.source) parts.push(`model.hub=${escapeText(namedSource(model.source))}`);
  if (recipe.adapter) parts.push(`adapter=${recipe.adapter.digest}~${escapeText(recipe.adapter.name)}`);
  for (const key of changedKeys(recipe.values, baseOf(presets, recipe.preset)))
    parts.push(`${key}=${escapeText(String(recipe.values[key]))}`);
  if (recipe.prompts) for (const prompt of recipe.prompts) parts.push(`prompt=${escapeText(prompt)}`);
  if (recipe.data && (options.includeData || namesFileAlone(recipe.data)))
    parts.push(`data=z.${await deflateText(JSON.stringify(recipe.data))}`);
  if (options.includeProgram && recipe.program)
    parts.push(`program=z.${await deflateText(JSON.stringify(recipe.program))}`);
  const { chatTemplate } = recipe;
  if (chatTemplate !== undefined && (options.includeTemplate || fitsEveryLink(chatTemplate)))
    parts.push(`template=z.${await deflateText(chatTemplate)}`);
  for (const { step, key, before } of recipe.changes ?? []) parts.push(`change=${step}~${key}~${before}`);
  if (options.fingerprint) parts.push(`fp=${writeFingerprint(options.fingerprint)}`);
  return parts.join('&');
}

function readValue(setting: Setting, text: string): unknown {
  if (setting.type.kind === 'number') return decimal(text) ?? text;
  if (setting.type.kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

function readFingerprint(text: string): Fingerprint | null {
  const [device = '', ...pairs] = text.split('~');
  const losses = pairs.flatMap((pair) => {
    const [step, loss, more] = pair.split(':').map(decimal);
    const whole = typeof step === 'number' && Number.isSafeInteger(step) && step >= 0;
    return whole && typeof loss === 'number' && more === undefined ? [[step, loss] as const] : [];
  });
  return device === '' || losses.length === 0 || losses.length < pairs.length ? null : { device, losses };
}

function readFile(text: string): FileRef | null {
  const found = /^([0-9a-f]{16})~(.+)$/.exec(text);
  return found ? { digest: found[1] ?? '', name: found[2] ?? '' } : null;
}

/** Splits `a=b&c=d`; a part that is no valid escape is kept as it is. */
function pairs(hash: string): [string, string][] {
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return wellFormed(hash)
    .replace(/^#/, '')
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });
}

const noSuchKey = (key: string): Text =>
  say(`${key}: no such setting; it was left out.`, `${key}：没有这个设置，已略过。`);

/** One whose source alone is named is known once it is here. */
function modelOf(file: FileRef | null, source: ModelSource | null): Pick<Recipe, 'model'> {
  if (source === null) return file === null ? {} : { model: file };
  const name = (source.file ?? source.hub).split('/').at(-1) ?? source.hub;
  return { model: { ...(file ?? { name, digest: '' }), source } };
}

/** Reads a link's text, with or without '#'; the first preset stands where none is named. Never rejects. */
export async function parseLink(hash: string, presets: readonly PresetValues[]): Promise<ParsedLink> {
  const notes: Text[] = [];
  const found = pairs(hash);
  const version = found.find(([key]) => key === 'v')?.[1];
  if (version !== undefined && decimal(version) !== RECIPE_VERSION) {
    notes.push(
      say(
        `v: this page reads version ${RECIPE_VERSION}, the link says ${quote(version)}; what it knows was used.`,
        `v：本页读取版本 ${RECIPE_VERSION}，链接写的是 ${quote(version)}；已采用其中认得的部分。`,
      ),
    );
  }
  const wanted = found.find(([key]) => key === 'preset')?.[1];
  const preset = presets.find((entry) => entry.id === wanted) ?? presets[0];
  if (wanted !== undefined && preset?.id !== wanted)
    notes.push(
      say(
        `preset: no preset is called ${quote(wanted)}; ${preset?.id ?? 'none'} is used.`,
        `preset：没有名为 ${quote(wanted)} 的预设；${preset ? `改用 ${preset.id}` : '也没有别的预设'}。`,
      ),
    );
  let patch: RecipePatch = {};
  const prompts: string[] = [];
  const changes: RecipeChange[] = [];
  let data: CustomData | null = null;
  let program: RecipeProgram | null = null;
  let template: string | null = null;
  let fingerprint: Fingerprint | null = null;
  let model: FileRef | null = null;
  let source: ModelSource | null = null;
  let adapter: FileRef | null = null;
  for (const [key, text] of found) {
    if (key === 'v' || key === 'preset') continue;
    if (key === 'prompt') prompts.push(text);
    else if (key === 'model') {
      model = readFile(text);
      if (!model)
        notes.push(
          say(
            'model: expected a digest and a file name; the embedded model is used.',
            'model：应为摘要和文件名；改用内置模型。',
          ),
        );
    } else if (key === 'model.hub') {
      source = readSource(text);
      if (!source)
        notes.push(
          say(
            'model.hub: expected owner/name@revision; where the model can be had is not known.',
            'model.hub：应为 拥有者/名称@版本；不知道从哪里获取模型。',
          ),
        );
    } else if (key === 'adapter') {
      adapter = readFile(text);
      if (!adapter)
        notes.push(
          say(
            'adapter: expected a digest and a name; a fresh adapter is used.',
            'adapter：应为摘要和名称；改用全新的适配器。',
          ),
        );
    } else if (key === 'data') {
      const read = await readData(text);
      if (read.data) data = read.data;
      else notes.push(read.note);
    } else if (key === 'program') {
      const read = await readProgram(text);
      program = read.program;
      notes.push(read.note);
    } else if (key === 'template') {
      const read = await readTemplate(text);
      template = read.template;
      notes.push(read.note);
    } else if (key === 'change') {
      const change = readChange(text);
      if (change) changes.push(change);
      else notes.push(changeUnread);
    } else if (key === 'fp') {
      fingerprint = readFingerprint(text);
      if (!fingerprint)
        notes.push(
          say(
            'fp: the losses in the link can’t be read; nothing will be compared.',
            'fp：无法读取链接中的损失；不作比较。',
          ),
        );
    } else if (isSettingKey(key)) {
      const read = readSettings({ [key]: readValue(settingOf(key), text) });
      notes.push(...read.problems);
      patch = { ...patch, ...read.patch };
    } else notes.push(noSuchKey(shortened(key, 60)));
  }
  const values = withPatch(preset?.values ?? defaultValues, patch);
  const recipe: Recipe = {
    preset: preset?.id ?? '',
    values,
    ...(data ? { data } : {}),
    ...modelOf(model, source),
    ...(adapter ? { adapter } : {}),
    ...(program ? { program } : {}),
    ...(prompts.length > 0 ? { prompts } : {}),
    ...(changes.length > 0 ? { changes } : {}),
    ...(template !== null ? { chatTemplate: template } : {}),
  };
  return { recipe, fingerprint, notes };
}

/** The recipe as a JSON file: version, preset, what differs from it, rows, script and questions of one's own. */
export function recipeJson(recipe: Recipe, presets: readonly PresetValues[]): string {
  const settings = Object.fromEntries(
    changedKeys(recipe.values, baseOf(presets, recipe.preset)).map((key) => [key, recipe.values[key]]),
  );
  const { data, model, adapter, program, prompts, chatTemplate, changes } = recipe;
  return `${JSON.stringify({ version: RECIPE_VERSION, preset: recipe.preset, ...(model ? { model } : {}), ...(adapter ? { adapter } : {}), settings, ...(prompts ? { prompts } : {}), ...(changes ? { changes } : {}), ...(chatTemplate === undefined ? {} : { chatTemplate }), ...(data ? { data } : {}), ...(program ? { program } : {}) }, null, 2)}\n`;
}

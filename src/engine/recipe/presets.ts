// The registry of presets: data presets listed in public/presets/presets.json, and the laboratory presets declared here,
// which borrow a data preset's rows. A preset is a named patch of settings with rows, questions and the embedded model that speaks their language.

import { quote } from '../ground/quote.ts';
import { shaped } from '../ground/shapeDecode.ts';
import type { Check } from '../ground/shapes.ts';
import { anything, list, oneOf, optional, record, shape, string, whole } from '../ground/shapes.ts';
import { readJson } from '../ground/strictJson.ts';
import type { Text } from '../ground/text.ts';
import { text } from '../ground/text.ts';
import type { Recipe, RecipePatch, RecipeValues } from './recipe.ts';
import { defaultValues, readSettings, withPatch } from './recipe.ts';
import { badPreset, noPresets, presetField, unknownPreset } from './recipeErrors.ts';

export interface PresetInfo {
  readonly id: string;
  /** JSONL file below `presets/`. */
  readonly file: string;
  readonly rows: number;
  readonly title: Text;
  readonly description: Text;
  /** What it teaches, in a few words for a card. */
  readonly line: Text;
  readonly prompts: readonly string[];
  readonly settings: RecipePatch;
  /** Of its rows and questions. */
  readonly language: Language;
  /** The embedded model that understands them, by its folder beside the page. */
  readonly model: string;
}

/** A language that an embedded model speaks. */
export type Language = 'en' | 'zh';

/** What links and files need of a preset. */
export interface PresetValues {
  readonly id: string;
  readonly values: RecipeValues;
}

type Listed = Omit<PresetInfo, 'settings'> & { readonly settings?: Readonly<Record<string, unknown>> };

const bilingual = shape<Text>({ en: string, zh: string });
/** A file's own name, below `presets/`. */
const fileName: Check<string> = (value) =>
  typeof value === 'string' && /^[\w-]+\.jsonl$/.test(value)
    ? null
    : { at: '', expected: text('the name of a .jsonl file', '.jsonl 文件名'), got: quote(value) };
/** A folder's own name, beside the page. */
const folderName: Check<string> = (value) =>
  typeof value === 'string' && /^[\w-]+$/.test(value)
    ? null
    : { at: '', expected: text('the name of a folder', '文件夹名'), got: quote(value) };
const listed = list(
  shape<Listed>({
    id: string,
    file: fileName,
    rows: whole(0, 10_000_000),
    title: bilingual,
    description: bilingual,
    line: bilingual,
    prompts: list(string),
    settings: optional(record(anything)),
    language: oneOf('en', 'zh'),
    model: folderName,
  }),
);

function patchOf(id: string, settings: Readonly<Record<string, unknown>> = {}): RecipePatch {
  const { patch, problems } = readSettings(settings);
  if (problems[0]) throw badPreset({ id, problem: problems[0] });
  return patch;
}

/** Fetches a file by a path below the page. */
export type FetchBytes = (path: string) => Promise<Uint8Array>;

/** Two of the laboratory, over rows of the data presets: a run that stops at once, and one that learns nothing. */
const laboratory: readonly Pick<PresetInfo, 'id' | 'title' | 'description' | 'line' | 'settings'>[] = [
  {
    id: 'element-0',
    title: { en: 'The error: element 0', zh: '报错：element 0' },
    description: {
      en: 'Four bits, get_peft_model in the script, reentrant checkpointing, no input-grad hook: the first backward raises. Apply the fix, then train.',
      zh: '4 位底座，脚本里调用 get_peft_model，可重入检查点，没有输入梯度钩子：第一次 backward 就报错。应用修复后再训练。',
    },
    line: { en: 'Stops at once, and why', zh: '一开始就停下，为什么' },
    settings: {},
  },
  {
    id: 'silent-failure',
    title: { en: 'The silent failure', zh: '无声的失败' },
    description: {
      en: 'No error at all, the steps go by, and no parameter learns: prepare_model_for_kbit_training comes after the adapter and freezes it.',
      zh: '没有任何报错，一步步照常进行，却没有参数在学习：prepare_model_for_kbit_training 在挂载适配器之后调用，把它冻结了。',
    },
    line: { en: 'Runs, learns nothing', zh: '照常运行，什么也没学到' },
    settings: { 'wiring.prepare_model_for_kbit_training': 'after' },
  },
];

const inLaboratory = (data: PresetInfo, end: string): readonly PresetInfo[] =>
  laboratory.map(({ id, settings, ...own }) => ({
    ...data,
    ...own,
    id: id + end,
    settings: {
      ...data.settings,
      'wiring.attach': 'get_peft_model',
      'train.gradient_checkpointing': true,
      'train.use_reentrant': 'true',
      ...settings,
    },
  }));

/** All presets, the data presets first. Throws UserError 'presets' or 'preset-…' naming what is wrong in the file. */
export async function loadPresets(fetchBytes: FetchBytes): Promise<PresetInfo[]> {
  const json = new TextDecoder().decode(await fetchBytes('presets/presets.json'));
  const { value: parsed, problem } = readJson(json);
  if (problem) throw presetField({ found: problem });
  if (!Array.isArray(parsed) || parsed.length === 0) throw noPresets({});
  const { value, misfit } = shaped(listed, parsed);
  if (misfit) throw presetField({ found: misfit });
  const presets = value.map((entry) => ({ ...entry, settings: patchOf(entry.id, entry.settings) }));
  const twice = presets.find(({ id }, i) => presets.findIndex((one) => one.id === id) < i);
  if (twice)
    throw presetField({
      found: text(`two presets are called ${quote(twice.id)}`, `有两个预设都叫 ${quote(twice.id)}`),
    });
  const [first] = presets;
  if (!first) throw noPresets({});
  // One laboratory a language, over the rows of its first preset; the first language's has the plain names.
  const firsts = presets.filter(
    ({ language }, i) => presets.findIndex((one) => one.language === language) === i,
  );
  return [
    ...presets,
    ...firsts.flatMap((data) => inLaboratory(data, data === first ? '' : `-${data.language}`)),
  ];
}

/** Defaults with each preset's patch laid over them, as links and files need them. */
export function presetValues(presets: readonly PresetInfo[]): PresetValues[] {
  return presets.map(({ id, settings }) => ({ id, values: withPatch(defaultValues, settings) }));
}

/** The preset as it stands, without changes of one's own. */
export function recipeOfPreset(presets: readonly PresetInfo[], id: string): Recipe {
  const preset = presets.find((entry) => entry.id === id);
  if (!preset) throw unknownPreset({ known: presets.map((entry) => entry.id), got: id });
  return { preset: preset.id, values: withPatch(defaultValues, preset.settings) };
}

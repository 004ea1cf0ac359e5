// The readers of what people share and bring as settings and rows: recipe files, links, presets, rows, adapter configurations, patterns.

import { parseRows } from '../../../src/engine/data/rows.ts';
import { readAdapterConfig } from '../../../src/engine/exchange/import/importedAdapter.ts';
import { UserError } from '../../../src/engine/ground/errors.ts';
import { badSettings } from '../../../src/engine/ground/settings/settingErrors.ts';
import { examineRecipe } from '../../../src/engine/laboratory/examineRecipe.ts';
import { parseConfig } from '../../../src/engine/models/families.ts';
import { settingsOfSaved } from '../../../src/engine/python/read/savedConfig.ts';
import { wire } from '../../../src/engine/python/run/wire.ts';
import { formatLink, parseLink } from '../../../src/engine/recipe/link.ts';
import { loadPresets } from '../../../src/engine/recipe/presets.ts';
import type { RecipeProgram } from '../../../src/engine/recipe/program/program.ts';
import type { Recipe } from '../../../src/engine/recipe/recipe.ts';
import { defaultValues, readSettings, recipeProblems, withPatch } from '../../../src/engine/recipe/recipe.ts';
import { readRecipeJson } from '../../../src/engine/recipe/recipeFile.ts';
import { sampleProgram } from '../../../src/engine/testing/sampleProgram.ts';
import { PythonError } from '../../../src/engine/torch/autograd/pythonError.ts';
import { mutateValue, written } from '../mutate.ts';
import type { Random } from '../random.ts';
import type { Input, Reader } from '../reader.ts';
import { asJson, asText, bytesOf, textOf } from '../reader.ts';

const presets = [{ id: 'ships-log', values: defaultValues }];
const recipe: Recipe = {
  preset: 'ships-log',
  values: withPatch(defaultValues, { 'lora.r': 3, 'lora.target_modules': '["q_proj"]' }),
  data: { name: 'mine.jsonl', text: '{"text":"a"}' },
  model: { name: 'a.gguf', digest: '0123456789abcdef' },
  adapter: { name: 'mine', digest: '0123456789abcdef' },
  prompts: ['Where?'],
};
const recipeFile = {
  version: 1,
  preset: 'ships-log',
  model: recipe.model,
  adapter: recipe.adapter,
  settings: { 'lora.r': 3, 'lora.target_modules': '["q_proj"]', 'train.bf16': false },
  prompts: recipe.prompts,
  data: recipe.data,
};
const withProgram = JSON.stringify({ ...recipeFile, program: sampleProgram });
const isText = (text: string): boolean => !/\p{Cs}/u.test(text);
/** Of every text in a value, the names of its fields among them. */
const wellFormed = (value: unknown): boolean => {
  if (typeof value === 'string') return isText(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return true;
  return Object.entries(value).every(([key, one]) => isText(key) && wellFormed(one));
};

/** Half of a character is no text: what holds one can't be written to a file any more. */
const brokenText = (_: unknown, value: unknown): string | null =>
  wellFormed(value) ? null : 'half of a character';

const recipeForbids = (input: unknown, value: unknown): string | null => {
  const { values } = Object(value);
  if (recipeProblems(values).length > 0) return 'settings out of range';
  return brokenText(input, value);
};

/** Mostly one argument of one call: what is no program is refused before it is acted out. */
function programCall(input: Input, random: Random): Input {
  if (random.chance(4)) return asJson(input, random);
  let program: Record<string, unknown>;
  try {
    program = Object(JSON.parse(textOf(input)));
  } catch {
    return asText(input, random);
  }
  const calls: readonly unknown[] = Array.isArray(program.calls) ? program.calls : [];
  const at = random.int(calls.length);
  const part = random.pick(['args', 'kwargs', 'receiver']);
  const changed = calls.map((call, i) => {
    const fields: Record<string, unknown> = Object(call);
    return i === at ? { ...fields, [part]: mutateValue(fields[part], random) } : call;
  });
  return written({ ...program, calls: changed });
}

/** The second trains what it attaches; calls of the first end before. */
const programs: readonly RecipeProgram[] = [
  sampleProgram,
  {
    ...sampleProgram,
    calls: [
      {
        line: 1,
        callee: 'transformers.AutoModelForCausalLM.from_pretrained',
        receiver: null,
        args: ['HuggingFaceTB/SmolLM2-135M'],
        kwargs: {},
      },
      {
        line: 2,
        callee: 'peft.LoraConfig',
        receiver: null,
        args: [],
        kwargs: { r: 4, target_modules: ['q_proj', 'v_proj'] },
      },
      {
        line: 3,
        callee: 'peft.get_peft_model',
        receiver: null,
        args: [{ ref: 0 }, { ref: 1 }],
        kwargs: {},
      },
    ],
  },
];

const link = await formatLink(recipe, presets, {
  includeData: true,
  fingerprint: { device: 'cpu', losses: [[1, 2.5]] },
});
const programLink = await formatLink({ ...recipe, program: sampleProgram }, presets, {
  includeData: false,
  includeProgram: true,
  includeTemplate: true,
  fingerprint: null,
});
const plainLink =
  '#v=1&preset=ships-log&lora.r=4&train.learning_rate=0.0002&prompt=Hi%3F&wiring.attach=get_peft_model';

const config = parseConfig({
  model_type: 'llama',
  hidden_size: 8,
  num_attention_heads: 2,
  intermediate_size: 8,
  num_hidden_layers: 2,
  vocab_size: 30,
});

const adapterConfig = {
  peft_type: 'LORA',
  task_type: 'CAUSAL_LM',
  base_model_name_or_path: 'some/model',
  r: 8,
  lora_alpha: 16,
  lora_dropout: 0,
  bias: 'none',
  target_modules: ['q_proj', 'v_proj'],
  rank_pattern: { 'layers.0.self_attn.q_proj': 4 },
  alpha_pattern: {},
  layers_to_transform: [0, 1],
  exclude_modules: 'v_proj',
  modules_to_save: null,
  init_lora_weights: true,
  use_dora: false,
  use_rslora: true,
  inference_mode: true,
  revision: null,
};

const rowSets = [
  '{"text":"a"}\n{"text":"b"}\n',
  '{"prompt":"a","completion":"b"}\n',
  '[{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}]',
  '{"conversations":[{"from":"human","value":"a"}]}\n{"prompt":"a","chosen":"b","rejected":"c"}\n',
] as const;

export const recipeReaders: readonly Reader[] = [
  {
    name: 'recipe file',
    corpus: [JSON.stringify(recipeFile), withProgram, '{"version":1,"preset":"ships-log","settings":{}}'],
    mutate: asJson,
    read: (input) => readRecipeJson(textOf(input), presets),
    forbids: recipeForbids,
  },
  {
    // A script's program that a recipe carries: read as a file has it, then acted out without Python, as whoever opens the recipe does.
    name: 'program',
    corpus: programs.map((one) => JSON.stringify(one)),
    mutate: programCall,
    read: async (input) => {
      const text = `{"version":1,"preset":"ships-log","program":${textOf(input)}}`;
      const { values, program } = readRecipeJson(text, presets);
      const read = { values, ...(program ? { program } : {}) };
      const examined = await examineRecipe(config, read, {
        batch: { rows: 1, tokens: 8 },
        allMasked: false,
      });
      return { program, outcome: examined.outcome, verdict: examined.program?.verdict };
    },
    forbids: brokenText,
  },
  {
    name: 'link',
    corpus: [link, plainLink, programLink],
    mutate: asText,
    read: async (input) => (await parseLink(textOf(input), presets)).recipe,
    forbids: recipeForbids,
  },
  {
    name: 'presets.json',
    corpus: [
      JSON.stringify([
        {
          id: 'ships-log',
          file: 'ships-log.jsonl',
          rows: 2,
          title: { en: 'a', zh: 'b' },
          description: { en: 'a', zh: 'b' },
          line: { en: 'a', zh: 'b' },
          prompts: ['Where?'],
          settings: { 'lora.r': 4 },
          language: 'en',
          model: 'model',
        },
      ]),
    ],
    mutate: asJson,
    read: (input) => loadPresets(() => Promise.resolve(bytesOf(input))),
    forbids: brokenText,
  },
  {
    name: 'rows',
    corpus: rowSets,
    mutate: (input, random) => (random.chance(2) ? asText(input, random) : asJson(input, random)),
    read: (input) => parseRows(textOf(input), 'mine.jsonl'),
    forbids: brokenText,
  },
  {
    name: 'adapter_config.json',
    corpus: [
      JSON.stringify(adapterConfig),
      JSON.stringify({ ...adapterConfig, peft_type: 'IA3', feedforward_modules: ['up_proj'] }),
    ],
    mutate: asJson,
    read: (input) => {
      const read = readAdapterConfig(bytesOf(input));
      return settingsOfSaved(read);
    },
    forbids: (input, value) => {
      const { patch } = Object(value);
      if (readSettings(patch).problems.length > 0) return 'settings out of range';
      return /"__proto__"\s*:/.test(textOf(input)) ? 'a key __proto__' : null;
    },
  },
  {
    name: 'patterns',
    corpus: [
      JSON.stringify({
        target: '.*\\.(q|v)_proj',
        exclude: 'layers\\.1\\..*',
        rank: '{"q_proj":2}',
        layers: '[0]',
      }),
      JSON.stringify({
        target: '["q_proj"]',
        exclude: '["lm_head"]',
        rank: "{'^model\\\\.layers.[01]\\\\..*':2}",
        layers: '',
      }),
    ],
    mutate: asJson,
    read: (input) => {
      let settings: Record<string, unknown>;
      try {
        settings = Object(JSON.parse(textOf(input)));
      } catch {
        return null;
      }
      const { patch, problems } = readSettings({
        'lora.target_modules': settings.target,
        'lora.exclude_modules': settings.exclude,
        'lora.rank_pattern': settings.rank,
        'lora.layers_to_transform': settings.layers,
      });
      if (problems.length > 0) throw badSettings({ problems });
      try {
        return wire(config, withPatch(defaultValues, patch)).root.className;
      } catch (error) {
        // What PEFT raises is an answer too.
        if (error instanceof PythonError || error instanceof UserError) return error.message;
        throw error;
      }
    },
  },
];

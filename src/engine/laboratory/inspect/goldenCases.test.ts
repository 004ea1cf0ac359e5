// The named rows of the truth table against the real libraries: tests/golden/wiring/cases-<stack>.json. Each name is
// turned into a recipe; rows that no recipe can say are listed with the reason.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { behaviour } from '../../libraries/rules/behaviours.ts';
import { signaturesFor } from '../../libraries/signatures/signatures.ts';
import type { StackId } from '../../libraries/stacks.ts';
import { stackOf, stacks } from '../../libraries/stacks.ts';
import { compareVersions } from '../../libraries/version.ts';
import { signaturesOf } from '../../python/program/signatures.ts';
import { Machine } from '../../python/run/machine.ts';
import { trainableLine } from '../../python/run/trainableLine.ts';
import { modelsOf } from '../../python/run/wire.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { benchConfig, benchPatch, observed } from '../../testing/goldenBench.ts';
import { countParameters } from '../../torch/nn/counts.ts';
import { layoutAdapters } from '../../torch/trainedLayout.ts';
import type { Examination } from './examine.ts';
import { examine } from './examine.ts';
import type { ModuleInfo } from './inspection.ts';
import { moduleTree } from './tree.ts';

interface Case {
  readonly outcome: string;
  readonly error: string | null;
  readonly stage: string | null;
  readonly warnings: readonly string[];
  readonly trainable: number | null;
  readonly none: number | null;
  readonly zero: number | null;
  readonly nonzero: number | null;
  readonly lossRequiresGrad: boolean | null;
  readonly lines: {
    readonly printed?: string;
    readonly parameters?: readonly (readonly [string, string, readonly number[], boolean])[];
    readonly modules?: readonly (readonly [string, string])[];
    readonly names?: readonly string[];
    readonly trainable?: readonly string[];
  };
}

/** No recipe says these. */
const outside: readonly (readonly [RegExp, string])[] = [
  [/trainable tokens/, 'a LoraConfig argument that is no setting; what refuses it is held below'],
  [/^bias /, 'the model of this project has no biases'],
  [/^57 |AdamW of nothing/, 'statements that do not train'],
  [/^65 /, 'calls alone, held in python/run/released.test.ts'],
  [/^66 /, 'bases that no setting has, held in quantisedBases.test.ts'],
  [/^56 fp32 adapters/, 'a GradScaler around a plain step is told by the fp16 case'],
];

const checkpointing = (mode: string | undefined): RecipePatch =>
  mode === 'off' || mode === undefined
    ? {}
    : {
        'train.gradient_checkpointing': true,
        'train.use_reentrant': mode === 'reentrant' ? 'true' : 'false',
      };

const shapes: Readonly<Record<string, RecipePatch>> = {
  '47 embed_tokens only': { 'lora.target_modules': '["embed_tokens"]' },
  '48 lm_head only': { 'lora.target_modules': '["lm_head"]' },
  '49 first layer only': { 'lora.target_modules': '.*layers\\.0\\..*_proj' },
  '49 last layer only': { 'lora.target_modules': '.*layers\\.1\\..*_proj' },
  '50 q v lm_head': { 'lora.target_modules': '["q_proj","v_proj","lm_head"]' },
  '51 q v, modules_to_save lm_head': {
    'lora.target_modules': '["q_proj","v_proj"]',
    'lora.modules_to_save': '["lm_head"]',
  },
  '52 q v, modules_to_save embed_tokens': {
    'lora.target_modules': '["q_proj","v_proj"]',
    'lora.modules_to_save': '["embed_tokens"]',
  },
  '52 q v embed_tokens': { 'lora.target_modules': '["q_proj","v_proj","embed_tokens"]' },
};

const targets: Readonly<Record<string, string>> = {
  '37 all-linear': 'all-linear',
  '37 two names': '["q_proj","v_proj"]',
  '37 None': 'None',
  '38 all names wrong': '["c_attn","query"]',
  '39 some names wrong': '["q_proj","query"]',
  '40 empty list': '[]',
  '40 empty string': '',
  '41 bare string': 'q_proj',
  '41 regex': '.*\\.q_proj',
  '41 list with all-linear': '["all-linear"]',
  '43 activation': '["act_fn"]',
  '43 norm': '["input_layernorm"]',
  '43 container': '["self_attn"]',
};

const qv = '["q_proj","v_proj"]';
const named: Readonly<Record<string, RecipePatch>> = {
  '5 bf16 checkpointing before get_peft_model': {
    'wiring.checkpointing_before_attach': true,
    'train.use_reentrant': 'true',
  },
  '6 4-bit checkpointing before get_peft_model': {
    'wiring.checkpointing_before_attach': true,
    'train.use_reentrant': 'true',
  },
  '18 eval mode bf16': { 'wiring.train_mode': false, ...checkpointing('reentrant') },
  '18 eval mode 4-bit': { 'wiring.train_mode': false, ...checkpointing('reentrant') },
  '20 checkpointing before add_adapter': {
    'wiring.checkpointing_before_attach': true,
    'train.use_reentrant': 'true',
    'wiring.attach': 'add_adapter',
  },
  '36 peft_config, all labels -100': { 'wiring.trainer': 'SFTTrainer', 'wiring.attach': 'peft_config' },
  '38 all names wrong, SFTTrainer': {
    'wiring.trainer': 'SFTTrainer',
    'wiring.attach': 'peft_config',
    'lora.target_modules': '["c_attn","query"]',
  },
  '38 all names wrong, layers_to_transform': {
    'lora.target_modules': '["c_attn"]',
    'lora.layers_to_transform': '[9]',
  },
  '43 everything excluded': { 'lora.target_modules': '["q_proj"]', 'lora.exclude_modules': '["q_proj"]' },
  '44 inference_mode': { 'lora.inference_mode': true },
  '44 inference_mode, hook': { 'lora.inference_mode': true, 'wiring.enable_input_require_grads': true },
  '44 LoraConfig.from_pretrained + get_peft_model': { 'lora.inference_mode': true },
  '45 no_grad': { 'wiring.step': 'no_grad' },
  '45 inference_mode context': { 'wiring.step': 'inference_mode' },
  '46 all labels -100, plain step': {},
  '51 Trainer, q v, modules_to_save lm_head, reentrant': {
    'wiring.trainer': 'Trainer',
    'lora.target_modules': qv,
    'lora.modules_to_save': '["lm_head"]',
    ...checkpointing('reentrant'),
  },
  '53 SFTTrainer, modules_to_save down_proj, 4-bit': {
    'wiring.trainer': 'SFTTrainer',
    'wiring.attach': 'peft_config',
    'lora.target_modules': '["q_proj"]',
    'lora.modules_to_save': '["down_proj"]',
  },
  '54 get_peft_model twice': { 'wiring.after_attach': 'get_peft_model', 'lora.target_modules': qv },
  '54 get_peft_model twice, all-linear': {
    'wiring.after_attach': 'get_peft_model',
    'lora.target_modules': 'all-linear',
  },
  '55 second adapter, not active': {
    'wiring.after_attach': 'add_adapter',
    'lora.target_modules': '["q_proj"]',
  },
  '55 second adapter, set_adapter': {
    'wiring.after_attach': 'set_adapter',
    'lora.target_modules': '["q_proj"]',
  },
  '55 load_adapter b, frozen': { 'wiring.after_attach': 'load_adapter' },
  '55 load_adapter b, trainable': { 'wiring.after_attach': 'load_adapter_trainable' },
  '55 frozen adapter, load_adapter b, frozen': {
    'wiring.attach': 'from_pretrained',
    'wiring.after_attach': 'load_adapter',
  },
  '55 frozen adapter, load_adapter b, trainable': {
    'wiring.attach': 'from_pretrained',
    'wiring.after_attach': 'load_adapter_trainable',
  },
  '56 fp16 adapters and GradScaler': {
    'model.dtype': 'float16',
    'train.fp16': true,
    'wiring.autocast_adapter_dtype': false,
  },
  '58 loss.detach()': { 'wiring.step': 'detach' },
  '58 torch.tensor(loss.item())': { 'wiring.step': 'item' },
  '59 loss.requires_grad_(True)': { 'wiring.step': 'requires_grad_', ...checkpointing('reentrant') },
  '60 requires_grad on every parameter, bf16': { 'wiring.requires_grad_all': true },
  '60 requires_grad on every parameter, 4-bit': { 'wiring.requires_grad_all': true },
  '61 backward twice': { 'wiring.step': 'twice' },
  '63 kwargs of gradient_checkpointing_enable': checkpointing('non-reentrant'),
  '63 kwargs of prepare_model_for_kbit_training': {
    'wiring.prepare_model_for_kbit_training': 'before',
    'wiring.prepare.use_reentrant': 'false',
  },
  '63 kwargs of TrainingArguments': { 'wiring.trainer': 'Trainer', ...checkpointing('non-reentrant') },
  '63 kwargs of the arguments of SFTTrainer': {
    'wiring.trainer': 'SFTTrainer',
    ...checkpointing('non-reentrant'),
  },
  '42 None on unknown model_type': { 'wiring.model_type': 'brindle', 'lora.target_modules': 'None' },
  'custom adapter_name': { 'wiring.adapter_name': 'mine' },
  'disable_adapter()': { 'wiring.after_attach': 'disable_adapter' },
  'disable_adapter_layers()': { 'wiring.after_attach': 'disable_adapter_layers' },
  'merge_and_unload()': { 'wiring.after_attach': 'merge_and_unload' },
  'unload()': { 'wiring.after_attach': 'unload' },
};

/** The recipe that a name stands for, or null. */
function patchOf(name: string): RecipePatch | null {
  const target = targets[name];
  if (target !== undefined) return { 'lora.target_modules': target };
  if (named[name]) return named[name];
  const printed = /^printed: .*, (q v|seven names)$/.exec(name);
  if (printed) return printed[1] === 'q v' ? { 'lora.target_modules': qv } : {};
  const saved = /^53 modules_to_save (.*), (?:bf16|4-bit)$/.exec(name)?.[1];
  if (saved !== undefined)
    return {
      'lora.target_modules': '["q_proj"]',
      'lora.modules_to_save': JSON.stringify(saved.split(' ')),
    };
  const frozen = /^64 (frozen|trainable|inference_mode), modules_to_save (\w+), (.*)$/.exec(name);
  if (frozen) {
    const how: Readonly<Record<string, RecipePatch>> = {
      frozen: { 'wiring.attach': 'from_pretrained' },
      trainable: { 'wiring.attach': 'from_pretrained_trainable' },
      inference_mode: { 'lora.inference_mode': true },
    };
    return {
      'lora.target_modules': qv,
      'lora.modules_to_save': JSON.stringify([frozen[2]]),
      ...how[frozen[1] ?? ''],
      ...(named[frozen[3] ?? ''] ?? checkpointing(frozen[3])),
    };
  }
  const config = /^35 from_pretrained is_trainable=(True|False) \+ peft_config, (off|reentrant)$/.exec(name);
  if (config) {
    const attach =
      config[1] === 'True' ? 'from_pretrained_trainable_and_config' : 'from_pretrained_and_config';
    return { 'wiring.trainer': 'SFTTrainer', 'wiring.attach': attach, ...checkpointing(config[2]) };
  }
  const shape = /^(.*), (?:bf16|4-bit|tied), (off|reentrant|non-reentrant)$/.exec(name);
  const patch = shape && shapes[shape[1] ?? ''];
  return patch ? { ...patch, ...checkpointing(shape[2]) } : null;
}

/** Labels of the rows are made again from input_ids by the default collator of TRL 0.9 to 0.17. */
const rebuildsLabels = (stack: StackId, name: string): boolean =>
  compareVersions(stackOf(stack).trl, '0.18') < 0 && name.startsWith('36 ');

/** Python prints a set in any order; what a quoted module prints inside (versions differ in small ways) is left out. */
const comparable = (text: string): string =>
  text
    .replace(/Target module (\w+)\([\s\S]*\) is not/, 'Target module $1(…) is not')
    .replace(/\{('[^}]*')\}/g, (_, inside: string) => `{${inside.split(', ').sort().join(', ')}}`);

function examineCase(stack: StackId, name: string, patch: RecipePatch) {
  const tied = /\btied\b/.test(name);
  const base: RecipePatch = {
    ...benchPatch,
    'wiring.stack': stack,
    'wiring.trainer': 'loop',
    'wiring.attach': 'get_peft_model',
  };
  const values = withPatch(withPatch(defaultValues, base), {
    'bnb.bnb_4bit_quant_type': name.includes('4-bit') ? 'nf4' : 'none',
    ...patch,
    // The scripts of the cases pass no kwargs to versions that do not know them, but for those about just that.
    ...(behaviour(stackOf(stack), 'checkpointingKwargs') || name.startsWith('63 ')
      ? {}
      : { 'train.use_reentrant': 'default' }),
  });
  return examine({ ...benchConfig, tied }, values, {
    batch: { rows: 2, tokens: 8 },
    allMasked: name.includes('all labels -100'),
  });
}

/** Names, dtypes, shapes and flags of every parameter, classes of every module, as the tree of the page shows them. */
function namesDiffer(name: string, { lines }: Case, { script, gradientOf, step }: Examination): string[] {
  if (!lines.parameters || !lines.modules) return [];
  const facts = {
    tape: step?.tape ?? null,
    layout: layoutAdapters({ root: script.root, tables: script.places }),
    gradientOf,
    hasBaseLayer: script.behaves('baseLayer'),
  };
  const modules = flatten(moduleTree(facts, script.root));
  const parameters = modules.flatMap((module) => module.parameters);
  const differ: string[] = [];
  // A packed weight is [bytes, 1] in bitsandbytes; the tree shows the shape it stands for.
  const expectedParameters = lines.parameters.map(([path, dtype, shape, requiresGrad]) => [
    path,
    dtype,
    dtype === 'torch.uint8' ? 'packed' : shape,
    requiresGrad,
  ]);
  const ourParameters = parameters.map((one) => [
    one.name,
    `torch.${one.dtype}`,
    one.quantised ? 'packed' : one.shape,
    one.requiresGrad,
  ]);
  if (JSON.stringify(ourParameters) !== JSON.stringify(expectedParameters)) {
    const at = ourParameters.findIndex(
      (one, i) => JSON.stringify(one) !== JSON.stringify(expectedParameters[i]),
    );
    differ.push(
      `${name}: parameter ${JSON.stringify(ourParameters[at])}, libraries ${JSON.stringify(expectedParameters[at])}`,
    );
  }
  const classOf = new Map(lines.modules);
  for (const module of modules) {
    const theirs = classOf.get(module.path);
    if (theirs !== module.className)
      differ.push(`${name}: ${module.path} is ${module.className}, libraries ${theirs}`);
  }
  return differ;
}

const flatten = (module: ModuleInfo): ModuleInfo[] => [module, ...module.children.flatMap(flatten)];

function differencesOf(stack: StackId, name: string, expected: Case, patch: RecipePatch): string[] {
  const examination = examineCase(stack, name, patch);
  const ours = observed(examination);
  const theirs: Record<string, unknown> = {
    ...expected,
    error: expected.error && comparable(expected.error),
  };
  const error = examination.outcome.error;
  // The scripts of the cases make their configuration inside the call that takes it.
  if (error?.call === 'LoraConfig(...)') ours.stage = 'get_peft_model';
  ours.error = error && comparable(`${error.type}: ${error.message}`);
  // The scripts of the cases count trainable tensors once more right after attaching; ours count at the step.
  const keys = [
    'outcome',
    'error',
    'stage',
    'warnings',
    'none',
    'zero',
    'nonzero',
    'lossRequiresGrad',
    ...(examination.step ? ['trainable'] : []),
  ];
  const wrong = keys.filter((key) => JSON.stringify(ours[key]) !== JSON.stringify(theirs[key]));
  const found = wrong.map(
    (key) => `${name}: ${key} ${JSON.stringify(ours[key])}, libraries ${JSON.stringify(theirs[key])}`,
  );
  if (expected.lines.printed !== undefined) {
    const line = trainableLine(
      countParameters(examination.script.root),
      examination.script.behaves('trainableLine'),
    );
    if (line !== expected.lines.printed)
      found.push(`${name}: prints ${line}, libraries ${expected.lines.printed}`);
  }
  found.push(...namesDiffer(name, expected, examination));
  const names = expected.lines.names ?? expected.lines.trainable;
  if (names) {
    const trainable = [...examination.script.root.namedParameters()].flatMap(([path, tensor]) =>
      tensor.requiresGrad ? [path] : [],
    );
    if (JSON.stringify(trainable) !== JSON.stringify(names))
      found.push(
        `${name}: trainable ${trainable.slice(0, 3).join(' ')}, libraries ${names.slice(0, 3).join(' ')}`,
      );
  }
  return found;
}

describe('named cases as the real libraries', () => {
  for (const { id } of stacks) {
    it(`${id}: every named case a recipe can say`, () => {
      const golden: { readonly cases: Readonly<Record<string, Case>> } = JSON.parse(
        readFileSync(`tests/golden/wiring/cases-${id}.json`, 'utf8'),
      );
      const names = Object.keys(golden.cases).filter(
        (name) => !outside.some(([pattern]) => pattern.test(name)),
      );
      expect(names.filter((name) => patchOf(name) === null)).toEqual([]);
      expect(names.length).toBeGreaterThan(60);
      const differences = names.flatMap((name) => {
        const expected = golden.cases[name];
        if (rebuildsLabels(id, name)) return [];
        const patch = patchOf(name);
        return expected && patch ? differencesOf(id, name, expected, patch) : [];
      });
      expect(differences).toEqual([]);
    });
  }

  it.each(stacks.map(({ id }) => id))(
    '%s: trainable_token_indices is known, or the TypeError',
    async (id) => {
      const golden: { readonly cases: Readonly<Record<string, Case>> } = JSON.parse(
        readFileSync(`tests/golden/wiring/cases-${id}.json`, 'utf8'),
      );
      const theirs = golden.cases['52 q v, trainable tokens, bf16, off']?.error ?? null;
      const machine = new Machine({
        stack: stackOf(id),
        models: modelsOf(benchConfig),
        signatures: signaturesOf(await signaturesFor(stackOf(id))),
      });
      const call = { line: 1, callee: 'peft.LoraConfig', receiver: null, args: [] };
      const error = machine.replay([{ ...call, kwargs: { trainable_token_indices: [4, 7] } }]);
      expect(error && `${error.type}: ${error.message}`).toBe(theirs);
    },
  );
});

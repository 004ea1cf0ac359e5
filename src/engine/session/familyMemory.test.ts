// The planned peak of runs over models of several families is what the run then holds, byte for byte on the CPU, and what config.json alone tells before
// any weight is fetched is within 15 % of it.
import { expect, it } from 'vitest';
import { randomArray } from '../../shaders/testing/finite.ts';
import { mergedModelFiles } from '../exchange/export/mergedModel.ts';
import type { MergedTensor } from '../exchange/export/mergedTensors.ts';
import { blobSource } from '../ground/formats/byteSource.ts';
import { configJson, parseConfig } from '../models/families.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import { embeddedModel } from '../models/modelFiles.ts';
import { modelTensors } from '../models/weightPlaces.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import type { RecipePatch } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { goldenFamilies } from '../testing/familyCases.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import { CpuBackend } from '../training/backends/cpuBackend.ts';
import { openBackend } from '../training/backends/openDevice.ts';
import { estimateFromConfig } from '../training/estimateFromConfig.ts';
import { Assets } from './assets.ts';
import { TrainingRun } from './run.ts';
import { memoryStore } from './snapshot.ts';

const embedded = await embeddedModel(readPublic);
const now = steadyClock();
const bare = new CpuBackend({ precision: 'float32' }).allocatedBytes();

/** A context that no row comes near: what a run holds doesn't grow with it. */
const CONTEXT = 2 ** 17;

async function* tensorsOf(config: ModelConfig): AsyncGenerator<MergedTensor> {
  for (const [index, [name, shape]] of [...modelTensors(config)].entries()) {
    const count = shape.reduce((product, size) => product * size, 1);
    yield { name, shape, values: Float32Array.from(randomArray(count, index), (value) => value / 64) };
  }
}

const configOf = (family: string): ModelConfig => {
  const found = goldenFamilies.cases.find(({ name }) => name === family);
  const config = { ...parseConfig(found?.config), vocabSize: embedded.config.vocabSize };
  // Learned positions are weights.
  return { ...config, maxPositions: config.learned ? 128 : CONTEXT };
};

const row = (question: string) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: question },
      { role: 'assistant', content: 'At the mill.' },
    ],
  });
const text = ['Where is it?', 'Who is it?', 'What is it?', 'How is it?'].map(row).join('\n');

/** What a run of a recipe on a family planned, was told to hold from config.json, and held. */
async function bytesOf(family: string, patch: RecipePatch) {
  const config = configOf(family);
  const assets = new Assets(readPublic);
  const files = await mergedModelFiles({ ...embedded, config }, tensorsOf(config), 'float32');
  const opened = await assets.openModel(
    family,
    files.map(({ name, bytes }) => blobSource(name, new Blob([bytes]))),
  );
  const made = recipeOfPreset(await assets.presets(), 'ships-log');
  const values = withPatch(made.values, {
    'train.per_device_train_batch_size': 2,
    'train.max_length': 32,
    'train.max_steps': 1,
    'generate.max_new_tokens': 2,
    'lora.target_modules': 'all-linear',
    ...patch,
  });
  const { name, digest } = opened.info;
  const data = { name: 'mine.jsonl', text };
  const model = { name, digest };
  const recipe = { ...made, values, data, prompts: ['Where?'], model };
  const backend = new CpuBackend({ precision: 'float32' });
  let planned = 0;
  const run = await TrainingRun.begin({
    assets,
    recipe,
    opened: { ...(await openBackend({ gpu: null, choice: 'cpu', now })), backend },
    store: memoryStore(),
    now,
    cancelled: () => false,
    breathe: () => Promise.resolve(),
    emit: (event) => {
      if (event.type === 'started') planned = event.peakBytes;
    },
  });
  await run.answers.own('before');
  await run.next();
  await run.answers.own('after');
  const told = estimateFromConfig(JSON.parse(JSON.stringify(configJson(config))), values);
  return {
    planned,
    held: backend.allocatedBytes() - bare,
    told: told?.memory.peakBytes ?? 0,
  };
}

const floats: RecipePatch = { 'bnb.bnb_4bit_quant_type': 'none' };
const checkpointed: RecipePatch = { 'train.gradient_checkpointing': true, 'train.use_reentrant': 'false' };
const norms: RecipePatch = { 'peft.peft_type': 'LN_TUNING', 'lora.target_modules': 'None' };
const recipes: readonly (readonly [family: string, name: string, patch: RecipePatch])[] = [
  ['qwen2', 'a float base, Adafactor', { ...floats, 'train.optim': 'adafactor' }],
  ['qwen2', 'NF4, twice quantised, checkpointed', { ...checkpointed, 'bnb.bnb_4bit_use_double_quant': true }],
  ['qwen3', 'a float base, rank 32', { ...floats, 'lora.r': 32 }],
  ['qwen3', 'NF4, packed', { 'train.packing': 'bfd' }],
  ['gemma3_text', 'a float base, checkpointed', { ...floats, ...checkpointed }],
  ['gemma3_text', 'NF4, DoRA', { 'lora.use_dora': true }],
  ['phi3', 'a float base, a copy of the head', { ...floats, 'lora.modules_to_save': '["lm_head"]' }],
  [
    'phi3',
    'FP4, longer batches',
    { 'bnb.bnb_4bit_quant_type': 'fp4', 'train.per_device_train_batch_size': 4 },
  ],
  ['gpt2', 'a float base, LN tuning', { ...floats, ...norms }],
  ['gpt2', 'NF4, checkpointed', checkpointed],
];

it.each(recipes)('%s, %s', async (family, _, patch) => {
  const { planned, held, told } = await bytesOf(family, patch);
  expect(held).toBe(planned);
  expect(Math.abs(told / held - 1)).toBeLessThan(0.15);
});

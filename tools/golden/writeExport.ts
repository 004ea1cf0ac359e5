// Trains the embedded model for a few steps with each of several recipes, exports everything, and writes our logits on three prompts
// beside it, for check_export.py: `node tools/run.mjs tools/golden/writeExport.ts FOLDER`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { isExportRefusal } from '../../src/engine/exchange/exchangeErrors.ts';
import { exportFormats } from '../../src/engine/exchange/export/formats.ts';
import { recipeOfPreset } from '../../src/engine/recipe/presets.ts';
import type { RecipePatch } from '../../src/engine/recipe/recipe.ts';
import { withPatch } from '../../src/engine/recipe/recipe.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { TrainingRun } from '../../src/engine/session/run.ts';
import { memoryStore } from '../../src/engine/session/snapshot.ts';
import { openBackend } from '../../src/engine/training/backends/openDevice.ts';
import { readPublic } from '../cli/readPublic.ts';

const prompts = ['Where is the mill?', 'Who is the mayor?', 'Write a greeting.'];

const recipes: Readonly<Record<string, RecipePatch>> = {
  lora: {},
  rslora: { 'lora.use_rslora': true, 'lora.r': 4 },
  patterns: {
    'lora.rank_pattern': '{"q_proj": 4, "layers.1.mlp.down_proj": 2}',
    'lora.alpha_pattern': '{"v_proj": 24}',
  },
  dora: { 'lora.use_dora': true },
  'nf4-dora': { 'lora.use_dora': true, 'bnb.bnb_4bit_quant_type': 'nf4' },
  pissa: { 'lora.init_lora_weights': 'pissa', 'lora.use_rslora': true },
  olora: { 'lora.init_lora_weights': 'olora', 'lora.r': 4 },
  loftq: { 'lora.init_lora_weights': 'loftq', 'lora.lora_alpha': 8 },
  'nf4-olora': { 'lora.init_lora_weights': 'olora', 'bnb.bnb_4bit_quant_type': 'nf4' },
  saved: { 'lora.modules_to_save': '["lm_head"]', 'train.learning_rate': 0.0005 },
  'nf4-saved': {
    'lora.modules_to_save': '["embed_tokens", "lm_head"]',
    'bnb.bnb_4bit_quant_type': 'nf4',
    'train.learning_rate': 0.0005,
  },
  embedding: { 'lora.target_modules': '["q_proj", "embed_tokens"]' },
  ia3: {
    'peft.peft_type': 'IA3',
    'lora.target_modules': '["k_proj", "v_proj", "down_proj"]',
    'train.learning_rate': 0.01,
  },
  'nf4-vera': {
    'peft.peft_type': 'VERA',
    'lora.r': 32,
    'lora.target_modules': '["q_proj", "v_proj", "down_proj"]',
    'bnb.bnb_4bit_quant_type': 'nf4',
    'train.learning_rate': 0.01,
  },
  'nf4-ln-tuning': {
    'peft.peft_type': 'LN_TUNING',
    'lora.target_modules': '["input_layernorm", "norm"]',
    'bnb.bnb_4bit_quant_type': 'nf4',
    'train.learning_rate': 0.01,
  },
  'nf4-qv': { 'lora.target_modules': '["q_proj", "v_proj"]', 'bnb.bnb_4bit_quant_type': 'nf4' },
};

async function write(name: string, patch: RecipePatch, folder: string): Promise<void> {
  const assets = new Assets(readPublic);
  const preset = recipeOfPreset(await assets.presets(), 'ships-log');
  const values = withPatch(
    withPatch(preset.values, { 'bnb.bnb_4bit_quant_type': 'none', 'train.max_steps': 12 }),
    patch,
  );
  const now = (): number => performance.now();
  const answers: Record<'before' | 'after', Record<string, string>> = { before: {}, after: {} };
  const opened = await openBackend({ gpu: null, choice: 'cpu', now });
  const run = await TrainingRun.begin({
    assets,
    recipe: { ...preset, values },
    opened,
    store: memoryStore(),
    emit: (event) => {
      if (event.type === 'answer' && event.done) answers[event.side][event.prompt] = event.text;
    },
    now,
    cancelled: () => false,
    breathe: () => Promise.resolve(),
  });
  // Untrained, B is zero: what is merged is the base.
  mkdirSync(`${folder}/${name}/base`, { recursive: true });
  for (const { name: file, bytes } of await run.exportAs('merged-gguf', 'float32'))
    writeFileSync(`${folder}/${name}/base/${file}`, bytes);
  while (!run.finished) await run.next();
  for (const format of exportFormats) {
    const place = `${folder}/${name}/${format}`;
    mkdirSync(place, { recursive: true });
    try {
      for (const file of await run.exportAs(format, 'float32'))
        writeFileSync(`${place}/${file.name}`, file.bytes);
    } catch (error) {
      if (!isExportRefusal(error)) throw error;
      writeFileSync(`${place}/refused.txt`, error.message);
    }
  }
  const logits: Record<string, number[]> = {};
  const off: Record<string, number[]> = {};
  for (const prompt of prompts) {
    logits[prompt] = [...(await run.scores(prompt))];
    off[prompt] = [...(await run.scores(prompt, false))];
  }
  const greedy = {
    ...run.recipe,
    values: withPatch(values, { 'generate.do_sample': false, 'generate.max_new_tokens': 24 }),
  };
  for (const side of ['before', 'after'] as const) await run.ask(1, prompts, side, greedy);
  writeFileSync(`${folder}/${name}/logits.json`, JSON.stringify(logits));
  writeFileSync(`${folder}/${name}/off.json`, JSON.stringify(off));
  writeFileSync(`${folder}/${name}/answers.json`, JSON.stringify(answers));
}

export async function main([folder]: readonly string[]): Promise<number> {
  if (folder === undefined) {
    process.stderr.write('usage: writeExport.ts FOLDER\n');
    return 2;
  }
  for (const [name, patch] of Object.entries(recipes)) await write(name, patch, folder);
  return 0;
}

// Trains the embedded model for a few steps with each of several recipes, exports everything, and writes our logits on three prompts
// beside it, for check_export.py: `node tools/run.mjs tools/golden/writeExport.ts FOLDER`.
import { recipeOfPreset } from '../../src/engine/recipe/presets.ts';
import type { RecipePatch } from '../../src/engine/recipe/recipe.ts';
import { withPatch } from '../../src/engine/recipe/recipe.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { readPublic } from '../cli/readPublic.ts';
import { exportedRun } from './exportedRun.ts';

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
  await exportedRun(assets, { ...preset, values }, `${folder}/${name}`);
}

export async function main([folder]: readonly string[]): Promise<number> {
  if (folder === undefined) {
    process.stderr.write('usage: writeExport.ts FOLDER\n');
    return 2;
  }
  for (const [name, patch] of Object.entries(recipes)) await write(name, patch, folder);
  return 0;
}

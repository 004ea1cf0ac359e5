// Trains the embedded model for a few steps, or one from a file, and exports it for the web alone, with our logits and answers beside it
// (exportedRun.ts), for check_web.py and webPage.ts: `node tools/run.mjs tools/golden/writeWeb.ts FOLDER [MODEL [RECIPE]]`. writeExport.ts writes all formats.
import { recipeOfPreset } from '../../src/engine/recipe/presets.ts';
import type { RecipePatch } from '../../src/engine/recipe/recipe.ts';
import { withPatch } from '../../src/engine/recipe/recipe.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { fileSource } from '../cli/fileSource.ts';
import { readPublic } from '../cli/readPublic.ts';
import { exportedRun } from './exportedRun.ts';

const none = { 'bnb.bnb_4bit_quant_type': 'none' } as const;
const nf4 = { 'bnb.bnb_4bit_quant_type': 'nf4' } as const;

/** By what stands beside a packed base, and what is merged into it. */
const recipes: Readonly<Record<string, RecipePatch>> = {
  lora: none,
  'nf4-lora': nf4,
  'nf4-dora': { ...nf4, 'lora.use_dora': true },
  'nf4-saved': { ...nf4, 'lora.modules_to_save': '["lm_head"]', 'train.learning_rate': 0.0005 },
  'nf4-ia3': {
    ...nf4,
    'peft.peft_type': 'IA3',
    'lora.target_modules': '["k_proj", "v_proj", "down_proj"]',
    'train.learning_rate': 0.01,
  },
  'nf4-vera': {
    ...nf4,
    'peft.peft_type': 'VERA',
    'lora.r': 32,
    'lora.target_modules': '["q_proj", "v_proj", "down_proj"]',
    'train.learning_rate': 0.01,
  },
};
/** Of a model that is no toy. */
const large = { lora: none, 'nf4-lora': nf4 } as const;

export async function main([folder, model, only]: readonly string[]): Promise<number> {
  if (folder === undefined) {
    process.stderr.write('usage: writeWeb.ts FOLDER [MODEL [RECIPE]]\n');
    return 2;
  }
  for (const [name, patch] of Object.entries(model === undefined ? recipes : large)) {
    if (only !== undefined && name !== only) continue;
    const assets = new Assets(readPublic);
    const preset = recipeOfPreset(await assets.presets(), 'ships-log');
    const values = withPatch(preset.values, {
      'train.max_steps': model === undefined ? 4 : 2,
      'train.per_device_train_batch_size': 1,
      'train.learning_rate': model === undefined ? 0.01 : 0.001,
      ...patch,
    });
    const info = model === undefined ? null : (await assets.openModel(model, [await fileSource(model)])).info;
    const own = info === null ? {} : { model: { name: info.name, digest: info.digest } };
    await exportedRun(assets, { ...preset, values, ...own }, `${folder}/${name}`, {
      formats: ['web-f32', 'web-f16', 'web-q4'],
      choice: model === undefined ? 'cpu' : 'ort',
    });
  }
  return 0;
}

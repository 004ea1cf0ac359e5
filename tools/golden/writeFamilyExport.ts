// Trains the small random model of every family for a few steps and exports it (exportedRun.ts), for check_families.py:
// `node tools/run.mjs tools/golden/writeFamilyExport.ts FOLDER`. Configurations are of the golden cases, but for what no GGUF file of their architecture can say.
import { blobSource } from '../../src/engine/ground/formats/byteSource.ts';
import { recipeOfPreset } from '../../src/engine/recipe/presets.ts';
import { withPatch } from '../../src/engine/recipe/recipe.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { randomFamily } from '../../src/engine/testing/randomFamily.ts';
import { readPublic } from '../cli/readPublic.ts';
import { exportedRun } from './exportedRun.ts';

/** By golden case. */
const families: Readonly<Record<string, object>> = {
  'llama, llama3 rope': {},
  // llama.cpp has no windows of a llama's.
  mistral: { sliding_window: null },
  qwen2: {},
  qwen3: {},
  // Every fourth layer is told no positions, and every sixth of a Gemma 3 sees all.
  smollm3: { num_hidden_layers: 4, no_rope_layers: null, no_rope_layer_interval: 4 },
  phi3: {},
  gemma3_text: { num_hidden_layers: 6, layer_types: null, query_pre_attn_scalar: 32 },
  granite: {},
  gpt2: {},
};

export async function main([folder]: readonly string[]): Promise<number> {
  if (folder === undefined) {
    process.stderr.write('usage: writeFamilyExport.ts FOLDER\n');
    return 2;
  }
  for (const [name, changes] of Object.entries(families)) {
    const assets = new Assets(readPublic);
    const files = await randomFamily(name, changes);
    // llama.cpp looks for tokens of a Phi-3's in whatever is called one.
    const { info } = await assets.openModel(
      'random',
      [...files].map(([file, bytes]) => blobSource(file, new Blob([bytes]))),
    );
    const preset = recipeOfPreset(await assets.presets(), 'ships-log');
    const values = withPatch(preset.values, {
      'bnb.bnb_4bit_quant_type': 'none',
      'lora.target_modules': 'all-linear',
      'train.max_steps': 4,
      'train.learning_rate': 0.01,
    });
    const model = { name: info.name, digest: info.digest };
    await exportedRun(assets, { ...preset, values, model }, `${folder}/${name.split(',')[0]}`);
  }
  return 0;
}

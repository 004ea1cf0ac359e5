// Trains the embedded model for a few steps on a float base, exports the adapter, and writes our logits on three prompts beside it,
// for check_export.py: `node tools/run.mjs tools/golden/writeExport.ts FOLDER`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { openBackend } from '../../src/engine/backends/openDevice.ts';
import { recipeOfPreset } from '../../src/engine/recipe/presets.ts';
import { withPatch } from '../../src/engine/recipe/recipe.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { TrainingRun } from '../../src/engine/session/run.ts';
import { memoryStore } from '../../src/engine/session/snapshot.ts';
import { readPublic } from '../cli/readPublic.ts';

const prompts = ['Where is the mill?', 'Who is the mayor?', 'Write a greeting.'];

export async function main([folder]: readonly string[]): Promise<number> {
  if (folder === undefined) {
    process.stderr.write('usage: writeExport.ts FOLDER\n');
    return 2;
  }
  const assets = new Assets(readPublic);
  const preset = recipeOfPreset(await assets.presets(), 'ships-log');
  const values = withPatch(preset.values, { 'bnb.bnb_4bit_quant_type': 'none', 'train.max_steps': 12 });
  const now = (): number => performance.now();
  const opened = await openBackend({ gpu: null, choice: 'cpu', now });
  const run = await TrainingRun.begin({
    assets,
    recipe: { ...preset, values },
    opened,
    store: memoryStore(),
    emit: () => {},
    now,
    cancelled: () => false,
    breathe: () => Promise.resolve(),
  });
  while (!run.finished) await run.next();
  mkdirSync(`${folder}/peft`, { recursive: true });
  for (const { name, bytes } of await run.exportAs('peft')) writeFileSync(`${folder}/peft/${name}`, bytes);
  for (const { name, bytes } of await run.exportAs('gguf')) writeFileSync(`${folder}/${name}`, bytes);
  const logits: Record<string, number[]> = {};
  for (const prompt of prompts) logits[prompt] = [...(await run.scores(prompt))];
  writeFileSync(`${folder}/logits.json`, JSON.stringify(logits));
  return 0;
}

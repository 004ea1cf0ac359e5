// Opens an adapter that a person brings and tries it on the recipe's model: what does not fit is told before anything is trained.
import { readAdapter } from '../exchange/import/importedAdapter.ts';
import { placeAdapter } from '../exchange/import/placeAdapter.ts';
import { stackAdapters } from '../exchange/import/stackAdapters.ts';
import type { NamedBytes } from '../exchange/import/unpack.ts';
import type { AdapterSummary } from '../protocol.ts';
import { wire } from '../python/run/wire.ts';
import type { Recipe, RecipePatch } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { adapterLayoutOf } from '../training/recordTraining.ts';
import type { Assets } from './assets.ts';

/** The settings that go on with an adapter: its own, loaded trainable. */
const goesOn = (patch: RecipePatch): RecipePatch => ({
  ...patch,
  'wiring.attach': 'from_pretrained_trainable',
  'wiring.after_attach': 'nothing',
  'lora.inference_mode': false,
});

/** An adapter's files, or a zip of them, under the name that a person knows it by. */
export interface NamedAdapter {
  readonly name: string;
  readonly files: readonly NamedBytes[];
}

/** Opens one adapter, or a few as one that does what all do. Throws UserError 'adapter-…', 'stack-…' or 'safetensors'. */
export async function openAdapter(
  assets: Assets,
  opened: readonly NamedAdapter[],
  recipe: Recipe,
): Promise<AdapterSummary> {
  const { config } = await assets.model(recipe);
  const adapters = opened.map(({ name, files }) => readAdapter(name, files));
  const [only] = adapters;
  const adapter = adapters.length === 1 && only ? only : stackAdapters(adapters, config.layers);
  const patch = goesOn(adapter.patch);
  placeAdapter(adapter, adapterLayoutOf(wire(config, withPatch(recipe.values, patch))));
  assets.holdAdapter(adapter);
  const { name, digest, base, tensors } = adapter;
  const parameters = [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
  const modules = new Set([...tensors.values()].map(({ module }) => module)).size;
  return { name, digest, base, modules, parameters, patch };
}

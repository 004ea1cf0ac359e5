// Opens an adapter that a person brings and tries it on the recipe's model: what does not fit is told before anything is trained.
import { placeAdapter } from '../import/placeAdapter.ts';
import type { NamedBytes } from '../import/unpack.ts';
import type { AdapterSummary } from '../protocol.ts';
import type { Recipe, RecipePatch } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { adapterLayoutOf } from '../train/recordTraining.ts';
import { wire } from '../wiring/wire.ts';
import type { Assets } from './assets.ts';

/** The settings that go on with an adapter: its own, loaded trainable. */
const goesOn = (patch: RecipePatch): RecipePatch => ({
  ...patch,
  'wiring.attach': 'from_pretrained_trainable',
  'wiring.after_attach': 'nothing',
  'lora.inference_mode': false,
});

/** Throws UserError 'adapter' or 'safetensors'. */
export async function openAdapter(
  assets: Assets,
  name: string,
  files: readonly NamedBytes[],
  recipe: Recipe,
): Promise<AdapterSummary> {
  const adapter = assets.openAdapter(name, files);
  const { config } = await assets.model(recipe);
  const patch = goesOn(adapter.patch);
  placeAdapter(adapter, adapterLayoutOf(wire(config, withPatch(recipe.values, patch))));
  const { digest, base, tensors } = adapter;
  const parameters = [...tensors.values()].reduce((sum, { values }) => sum + values.length, 0);
  return { name, digest, base, modules: tensors.size / 2, parameters, patch };
}

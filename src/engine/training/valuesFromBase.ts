// First values that come out of the base while its weights are read: factors that a method takes out of it, whose part the frozen
// weights then lack, and copies of whole modules.
import { dequantise4, quantise4 } from '../../shaders/quant/blockwise4.ts';
import type { FirstValues } from '../adapters/firstValues.ts';
import type { BaseWeight, TakenOut } from '../adapters/method.ts';
import { methodOf } from '../adapters/methods.ts';
import { inCausalLm } from '../adapters/paths.ts';
import { decoderOf } from '../models/families.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { modelTensors } from '../models/weightPlaces.ts';
import type { StoredTensor, WeightOptions, WeightSource } from '../models/weightSource.ts';
import { floatsOf } from '../models/weightSource.ts';
import type { Wired } from '../python/run/wire.ts';
import { weightOptions } from '../python/run/wire.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import { layoutAdapters } from '../torch/trainedLayout.ts';

/** Takes an adapter's first values out of a weight; the rest stays frozen. */
type Take = (weight: BaseWeight) => TakenOut;

/** Adapted projections that give their adapter a part, by the name of their weight. */
function takersOf(wired: Wired, values: RecipeValues): ReadonlyMap<string, Take> {
  const takers = new Map<string, Take>();
  const before = wired.causalPath === '' ? '' : `${wired.causalPath}.`;
  for (const { path, adapter } of layoutAdapters(wired).adapters) {
    const take = methodOf(adapter).takeOut?.(adapter, values) ?? null;
    if (take && path.startsWith(before)) takers.set(`${path.slice(before.length)}.weight`, take);
  }
  return takers;
}

/** A projection as it is stored, in floats. */
function weightOf(
  name: string,
  stored: StoredTensor,
  shape: readonly number[],
  { quantType, doubleQuant }: WeightOptions,
): BaseWeight {
  const values = (): Float32Array => {
    const floats = floatsOf(stored);
    return quantType
      ? new Float32Array(dequantise4(quantise4(floats, quantType, doubleQuant), quantType, floats.length))
      : floats;
  };
  return { name, shape, values, quantised: quantType !== null };
}

const withoutTaken =
  (formatOf: ModelFiles['formatOf'], takers: ReadonlyMap<string, Take>): ModelFiles['formatOf'] =>
  (name) =>
    takers.has(name) ? 'none' : formatOf(name);

/** Formats of a model's tensors once the adapted projections have given their part. */
export const formatsAfter = (
  formatOf: ModelFiles['formatOf'],
  wired: Wired,
  values: RecipeValues,
): ModelFiles['formatOf'] => withoutTaken(formatOf, takersOf(wired, values));

/** Offsets of copies in the adapter buffer, by the name of the weight that they copy. */
function copiesOf(files: ModelFiles, layout: AdapterLayout): ReadonlyMap<string, number[]> {
  const places = new Map<string, number[]>();
  const { paths } = decoderOf(files.config);
  for (const { module, adapter, offset, part } of layout.tensors) {
    if (adapter !== null && adapter.instead === null) continue;
    const path = inCausalLm(module);
    const tied = path === paths.head && files.config.tied;
    const from = `${tied ? paths.embedding : path}.${part.endsWith('.bias') ? 'bias' : 'weight'}`;
    places.set(from, [...(places.get(from) ?? []), offset]);
  }
  return places;
}

export interface ReadFirstValues extends FirstValues {
  /** The same files, read as what stays frozen. */
  readonly files: ModelFiles;
  /** Reads the weights that factors come out of, and no other: the factors stand then without a device that was given the rest. */
  readonly readFactors: () => Promise<void>;
}

/** Throws UserError on reading for a base or a scale that the initialisation can't start from. */
export function firstValues(
  files: ModelFiles,
  wired: Wired,
  layout: AdapterLayout,
  values: RecipeValues,
): ReadFirstValues {
  const takers = takersOf(wired, values);
  const copied = copiesOf(files, layout);
  const copies = new Map<number, Float32Array<ArrayBuffer>>();
  const factors = takers.size > 0 ? new Float32Array(Math.max(64, layout.total)) : null;
  const options = weightOptions(values);
  const formatsOf = (formatOf: ModelFiles['formatOf']) => withoutTaken(formatOf, takers);
  const wrap = (source: WeightSource): WeightSource => ({
    formatOf: formatsOf((name) => source.formatOf(name)),
    read: async (name, shape) => {
      const stored = await source.read(name, shape);
      for (const offset of copied.get(name) ?? []) copies.set(offset, floatsOf(stored));
      const take = takers.get(name);
      if (!take || !factors) return stored;
      const made = take(weightOf(name, stored, shape, options));
      for (const [parameter, numbers] of made.values)
        factors.set(numbers, layout.byParameter.get(parameter)?.offset ?? 0);
      return { format: 'none', bytes: new Uint8Array(made.rest.buffer), count: made.rest.length };
    },
  });
  const weights: ModelFiles['weights'] = async (read) => wrap(await files.weights(read));
  const readFactors = async (): Promise<void> => {
    const source = await weights();
    for (const [name, shape] of modelTensors(files.config))
      if (takers.has(name)) await source.read(name, shape);
  };
  return { files: { ...files, formatOf: formatsOf(files.formatOf), weights }, factors, copies, readFactors };
}

// First values that come out of the base while its weights are read: the factors of PiSSA, OLoRA and LoftQ, whose part the frozen
// weights then lack, and the copies of modules_to_save.
import { dequantise4, quantise4 } from '../../shaders/quant/blockwise4.ts';
import type { FirstValues } from '../adapters/firstValues.ts';
import type { Decomposed, Decomposition } from '../adapters/lora/decompose.ts';
import { decompose, isDecomposition } from '../adapters/lora/decompose.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import type { StoredTensor, WeightOptions, WeightSource } from '../models/weightSource.ts';
import { floatsOf } from '../models/weightSource.ts';
import type { Wired } from '../python/run/wire.ts';
import { weightOptions } from '../python/run/wire.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { Parameter } from '../torch/nn/module.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import { loftqOnBits, zeroAlpha } from './trainingErrors.ts';

interface Place {
  readonly kind: Decomposition;
  readonly a: Parameter;
  readonly b: Parameter;
  readonly r: number;
  readonly scaling: number;
}

/** Adapted projections by the name of their weight. */
function placesOf(wired: Wired): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const before = wired.causalPath === '' ? '' : `${wired.causalPath}.`;
  for (const [path, module] of wired.root.namedModules()) {
    if (module.kind.type !== 'lora') continue;
    for (const [name, { init, r, scaling }] of module.kind.adapters) {
      const a = module.children.get('lora_A')?.children.get(name)?.parameters.get('weight');
      const b = module.children.get('lora_B')?.children.get(name)?.parameters.get('weight');
      if (isDecomposition(init) && a && b && path.startsWith(before))
        places.set(`${path.slice(before.length)}.weight`, { kind: init, a, b, r, scaling });
    }
  }
  return places;
}

interface TakeOut {
  readonly place: Place;
  /** How the projections are stored, which OLoRA takes apart as they are then. */
  readonly quantised: WeightOptions;
  readonly loftqIter: number;
}

function takeOut(name: string, stored: StoredTensor, shape: readonly number[], how: TakeOut): Decomposed {
  const [out = 0, width = 0] = shape;
  const { kind, r, scaling } = how.place;
  const { quantType, doubleQuant } = how.quantised;
  if (scaling === 0) throw zeroAlpha({ kind, name });
  if (kind === 'loftq' && quantType) throw loftqOnBits({ name });
  const floats = floatsOf(stored);
  const w = quantType
    ? new Float32Array(dequantise4(quantise4(floats, quantType, doubleQuant), quantType, floats.length))
    : floats;
  return decompose(kind, w, { out, in: width, r, scaling, loftqIter: how.loftqIter });
}

/** Formats of a model's tensors once the adapted projections have given their part. */
export function formatsAfter(formatOf: ModelFiles['formatOf'], wired: Wired): ModelFiles['formatOf'] {
  const places = placesOf(wired);
  return (name) => (places.has(name) ? 'none' : formatOf(name));
}

/** Offsets of copies in the adapter buffer, by the name of the weight that they copy. */
function copiesOf(files: ModelFiles, layout: AdapterLayout): ReadonlyMap<string, number[]> {
  const places = new Map<string, number[]>();
  for (const { name, offset } of layout.tensors) {
    const module = /(embed_tokens|lm_head)\.modules_to_save\./.exec(name)?.[1];
    if (module === undefined) continue;
    const head = module === 'lm_head' && !files.config.tied;
    const from = head ? 'lm_head.weight' : 'model.embed_tokens.weight';
    places.set(from, [...(places.get(from) ?? []), offset]);
  }
  return places;
}

export interface ReadFirstValues extends FirstValues {
  /** The same files, read as what stays frozen. */
  readonly files: ModelFiles;
}

/** Throws UserError on reading for a base or a scale that the initialisation can't start from. */
export function firstValues(
  files: ModelFiles,
  wired: Wired,
  layout: AdapterLayout,
  values: RecipeValues,
): ReadFirstValues {
  const places = placesOf(wired);
  const copied = copiesOf(files, layout);
  const copies = new Map<number, Float32Array<ArrayBuffer>>();
  const factors = places.size > 0 ? new Float32Array(Math.max(64, layout.total)) : null;
  const quantised = weightOptions(values);
  const wrap = (source: WeightSource): WeightSource => ({
    formatOf: (name) => (places.has(name) ? 'none' : source.formatOf(name)),
    read: async (name, shape) => {
      const stored = await source.read(name, shape);
      for (const offset of copied.get(name) ?? []) copies.set(offset, floatsOf(stored));
      const place = places.get(name);
      if (!place || !factors) return stored;
      const made = takeOut(name, stored, shape, { place, quantised, loftqIter: values['lora.loftq_iter'] });
      factors.set(made.a, layout.byParameter.get(place.a)?.offset ?? 0);
      factors.set(made.b, layout.byParameter.get(place.b)?.offset ?? 0);
      return { format: 'none', bytes: new Uint8Array(made.base.buffer), count: made.base.length };
    },
  });
  const weights: ModelFiles['weights'] = async (onBytes) => wrap(await files.weights(onBytes));
  return { files: { ...files, formatOf: formatsAfter(files.formatOf, wired), weights }, factors, copies };
}

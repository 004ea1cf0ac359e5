// Model files whose adapted projections have given their part to the adapter (PiSSA, OLoRA, LoftQ): the same files, but every such
// tensor is read as what stays frozen, and its factors go to the adapter's first values on the way.

import { dequantise4, quantise4 } from '../../shaders/quant/blockwise4.ts';
import type { Decomposition } from '../adapters/decompose.ts';
import { decompose, isDecomposition } from '../adapters/decompose.ts';
import type { AdapterLayout } from '../adapters/layout.ts';
import { UserError } from '../errors.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import type { StoredTensor, WeightOptions, WeightSource } from '../models/weightSource.ts';
import { floatsOf } from '../models/weightSource.ts';
import type { Parameter } from '../nn/module.ts';
import type { Wired } from '../wiring/wire.ts';

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
      const a = module.child('lora_A').children.get(name)?.parameters.get('weight');
      const b = module.child('lora_B').children.get(name)?.parameters.get('weight');
      if (isDecomposition(init) && a && b && path.startsWith(before))
        places.set(`${path.slice(before.length)}.weight`, { kind: init, a, b, r, scaling });
    }
  }
  return places;
}

export interface DecomposedFiles {
  readonly files: ModelFiles;
  /** The flat adapter buffer once all weights have been read. */
  readonly initial: Float32Array<ArrayBuffer>;
}

/** Formats of a model's tensors once the adapted projections have given their part. */
export function formatsAfter(formatOf: ModelFiles['formatOf'], wired: Wired): ModelFiles['formatOf'] {
  const places = placesOf(wired);
  return (name) => (places.has(name) ? 'none' : formatOf(name));
}

/** null when no adapter begins this way. `quantised`: how the projections are stored, which OLoRA takes apart as they are then. */
export function decomposedFiles(
  files: ModelFiles,
  wired: Wired,
  layout: AdapterLayout,
  quantised: WeightOptions,
  loftqIter: number,
): DecomposedFiles | null {
  const places = placesOf(wired);
  if (places.size === 0) return null;
  const initial = new Float32Array(Math.max(64, layout.total));
  const asStored = (w: Float32Array<ArrayBuffer>): Float32Array => {
    const { quantType, doubleQuant } = quantised;
    return quantType ? dequantise4(quantise4(w, quantType, doubleQuant), quantType, w.length) : w;
  };
  const taken = (
    name: string,
    stored: StoredTensor,
    shape: readonly number[],
    place: Place,
  ): StoredTensor => {
    const [out = 0, width = 0] = shape;
    const { kind, a, b, r, scaling } = place;
    if (scaling === 0)
      throw new UserError(
        'lora-alpha',
        `lora.lora_alpha: expected more than 0 with init_lora_weights ${kind}, which divides by the scale, at ${name}. Raise lora_alpha, or use another initialisation.`,
      );
    if (kind === 'loftq' && quantised.quantType)
      throw new UserError(
        'loftq-base',
        `init_lora_weights loftq: rounds the base to NF4 itself and needs it in floats, got load_in_4bit at ${name}. Turn load_in_4bit off: the base then holds the same NF4 values.`,
      );
    const w = asStored(floatsOf(stored));
    const made = decompose(kind, w, { out, in: width, r, scaling, loftqIter });
    initial.set(made.a, layout.byParameter.get(a)?.offset ?? 0);
    initial.set(made.b, layout.byParameter.get(b)?.offset ?? 0);
    return { format: 'none', bytes: new Uint8Array(made.base.buffer), count: made.base.length };
  };
  const wrap = (source: WeightSource): WeightSource => ({
    formatOf: (name) => (places.has(name) ? 'none' : source.formatOf(name)),
    read: async (name, shape) => {
      const stored = await source.read(name, shape);
      const place = places.get(name);
      return place ? taken(name, stored, shape, place) : stored;
    },
  });
  const weights: ModelFiles['weights'] = async (onBytes) => wrap(await files.weights(onBytes));
  return { files: { ...files, formatOf: formatsAfter(files.formatOf, wired), weights }, initial };
}

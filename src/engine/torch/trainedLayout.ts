// Where each adapter tensor stands in the flat adapter buffer (and, at the same offsets, in gradients and optimiser
// state). Tensors start at multiples of 64 floats, so that a binding may begin at any of them.
import type { Module, Parameter, VeraShare } from './nn/module.ts';

export interface AdapterTensor {
  /** Full PyTorch name. */
  readonly name: string;
  readonly parameter: Parameter;
  /** In floats, a multiple of 64. */
  readonly offset: number;
  readonly length: number;
}

/** A module of VeRA: its vectors, and where the factors stand that are made of them, A [r, in] and B [out, r]. */
export interface VeraPlace {
  readonly share: VeraShare;
  readonly d: AdapterTensor;
  readonly b: AdapterTensor;
  readonly inFeatures: number;
  readonly aOffset: number;
  readonly bOffset: number;
}

export interface AdapterLayout {
  readonly tensors: readonly AdapterTensor[];
  /** By vera_lambda_d; the factors stand behind all tensors. */
  readonly vera: ReadonlyMap<Parameter, VeraPlace>;
  /** Floats in all, a multiple of 64. */
  readonly total: number;
  readonly byParameter: ReadonlyMap<Parameter, AdapterTensor>;
}

const ALIGNMENT = 64;

/** What the kernels train: factors, magnitudes and vectors of adapters, and copies of the embedding and the head. */
const trained =
  /\.lora_([AB]|magnitude_vector|embedding_[AB])\.|\.ia3_l\.|\.vera_lambda_[bd]\.|(^|\.)(embed_tokens|lm_head)\.modules_to_save\.[^.]+\.weight$/;

/** Every such tensor below `root`, in module order, whether it requires grad or not. */
export function layoutAdapters(root: Module): AdapterLayout {
  const tensors: AdapterTensor[] = [];
  let total = 0;
  for (const [name, parameter] of root.namedParameters()) {
    if (!trained.test(name)) continue;
    const length = parameter.shape.reduce((product, size) => product * size, 1);
    tensors.push({ name, parameter, offset: total, length });
    total += aligned(length);
  }
  const byParameter = new Map(tensors.map((tensor) => [tensor.parameter, tensor]));
  const vera = new Map<Parameter, VeraPlace>();
  const hasVera = tensors.some(({ name }) => name.includes('.vera_lambda_d.'));
  for (const [d, { share, b, inFeatures }] of hasVera ? veraVectors(root) : []) {
    const [dPlace, bPlace] = [byParameter.get(d), byParameter.get(b)];
    if (!dPlace || !bPlace) continue;
    const bOffset = total + aligned(share.r * inFeatures);
    vera.set(d, { share, d: dPlace, b: bPlace, inFeatures, aOffset: total, bOffset });
    total = bOffset + aligned(bPlace.length * share.r);
  }
  return { tensors, vera, total, byParameter };
}

const aligned = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

/** The vectors of every VeRA adapter below `root`, by vera_lambda_d. */
function* veraVectors(
  root: Module,
): Generator<[d: Parameter, of: { share: VeraShare; b: Parameter; inFeatures: number }]> {
  for (const module of root.modules()) {
    if (module.kind.type !== 'lora') continue;
    for (const [name, { vera: share }] of module.kind.adapters) {
      const d = module.children.get('vera_lambda_d')?.parameters.get(name);
      const b = module.children.get('vera_lambda_b')?.parameters.get(name);
      const base = module.child('base_layer').kind;
      if (share && d && b && base.type === 'linear') yield [d, { share, b, inFeatures: base.inFeatures }];
    }
  }
}

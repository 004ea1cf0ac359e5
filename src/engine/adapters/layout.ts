// Where each adapter tensor stands in the flat adapter buffer (and, at the same offsets, in gradients and optimiser
// state). Tensors start at multiples of 64 floats, so that a binding may begin at any of them.
import type { Module, Parameter } from '../nn/module.ts';

export interface AdapterTensor {
  /** Full PyTorch name. */
  readonly name: string;
  readonly parameter: Parameter;
  /** In floats, a multiple of 64. */
  readonly offset: number;
  readonly length: number;
}

export interface AdapterLayout {
  readonly tensors: readonly AdapterTensor[];
  /** Floats in all, a multiple of 64. */
  readonly total: number;
  readonly byParameter: ReadonlyMap<Parameter, AdapterTensor>;
}

const ALIGNMENT = 64;

/** What the kernels train: factors and magnitudes of adapters, and copies of the embedding and the head. */
const trained =
  /\.lora_([AB]|magnitude_vector|embedding_[AB])\.|\.ia3_l\.|(^|\.)(embed_tokens|lm_head)\.modules_to_save\.[^.]+\.weight$/;

/** Every such tensor below `root`, in module order, whether it requires grad or not. */
export function layoutAdapters(root: Module): AdapterLayout {
  const tensors: AdapterTensor[] = [];
  let total = 0;
  for (const [name, parameter] of root.namedParameters()) {
    if (!trained.test(name)) continue;
    const length = parameter.shape.reduce((product, size) => product * size, 1);
    tensors.push({ name, parameter, offset: total, length });
    total += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  }
  return { tensors, total, byParameter: new Map(tensors.map((tensor) => [tensor.parameter, tensor])) };
}

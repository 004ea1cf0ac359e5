// How each weight of a web export is held, and the operators that compute with it. Vectors are float32; matrices are float32, or float16 that a
// run widens: products are float32 either way, so that every browser computes what the training saw.
import { invariant } from '../../../ground/errors.ts';
import type { ModelConfig } from '../../../models/modelConfig.ts';
import { modelTensors } from '../../../models/weightPlaces.ts';
import type { Graph, Tensor } from '../../../torch/autograd/graph.ts';
import { elementCount } from '../../../torch/autograd/value.ts';
import { floatBytes } from '../floatBytes.ts';
import type { DataPart } from './dataFiles.ts';
import type { GraphWeights } from './graphOperations.ts';

export type HeldForm = 'float32' | 'float16';

export interface Held {
  readonly name: string;
  readonly shape: readonly number[];
  readonly form: HeldForm;
  readonly parts: readonly DataPart[];
}

/** Every tensor of the model in the order of its tree, matrices in `form`. */
export function heldTensors(config: ModelConfig, form: HeldForm): Held[] {
  return [...modelTensors(config)].map(([name, shape]) => {
    const own = shape.length === 1 ? 'float32' : form;
    const type = own === 'float32' ? 'float' : 'float16';
    const length = elementCount(shape) * (own === 'float32' ? 4 : 2);
    return { name, shape, form: own, parts: [{ name, type, dims: shape, length }] };
  });
}

/** The parts of a tensor, in their order. */
export const heldBytes = (
  { form, parts }: Held,
  values: Float32Array<ArrayBuffer>,
): { readonly name: string; readonly bytes: Uint8Array }[] =>
  parts.map(({ name }) => ({ name, bytes: floatBytes(values, form) }));

export class HeldWeights implements GraphWeights {
  readonly inputs = [];
  readonly #graph: Graph;
  readonly #held: ReadonlyMap<string, Held>;
  readonly #tied: ReadonlyMap<string, string>;

  /** `tied`: a head's name → that of the table that stands for it. */
  constructor(graph: Graph, held: readonly Held[], tied: ReadonlyMap<string, string>) {
    this.#graph = graph;
    this.#held = new Map(held.map((one) => [one.name, one]));
    this.#tied = tied;
  }

  product(path: string, x: Tensor): Tensor {
    const weight = this.#floats(this.#tied.get(`${path}.weight`) ?? `${path}.weight`);
    const bias = this.#held.has(`${path}.bias`) ? [this.#floats(`${path}.bias`)] : [];
    return this.#graph.op('Gemm', [x, weight, ...bias], { transB: 1 });
  }

  rows(path: string, rows: Tensor): Tensor {
    const table = this.#of(`${path}.weight`);
    const found = this.#graph.op('Gather', [table.name, rows]);
    return table.form === 'float32' ? found : this.#graph.cast(found, 'float');
  }

  vector(name: string): Tensor {
    return this.#floats(name);
  }

  #floats(name: string): Tensor {
    const { form } = this.#of(name);
    return form === 'float32' ? name : this.#graph.cast(name, 'float');
  }

  #of(name: string): Held {
    const held = this.#held.get(name);
    invariant(held, `export: the model has no '${name}'`);
    return held;
  }
}

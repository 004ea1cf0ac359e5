// How each weight of a web export is held, and the operators that compute with it. Vectors are float32; matrices are float32, float16 that a run
// widens, or packed as they were trained on (packedForms.ts): products are float32 in any case, so that every browser computes what the
// training saw. What an adapter trained may stand beside a matrix (beside.ts), as inputs that have values already.
import { invariant } from '../../../ground/errors.ts';
import type { OnnxPlace } from '../../../ground/formats/onnxWriter.ts';
import type { Graph, Tensor } from '../../../torch/autograd/graph.ts';
import { elementCount } from '../../../torch/autograd/value.ts';
import type { Beside } from './beside.ts';
import { besideParts } from './beside.ts';
import type { DataPart } from './dataFiles.ts';
import type { GraphWeights } from './graphOperations.ts';
import type { PackedForm } from './packedForms.ts';
import { packedParts, packedProduct, packedRows } from './packedForms.ts';

export type HeldForm = 'float32' | 'float16' | PackedForm;

const isPacked = (form: HeldForm): form is PackedForm => form !== 'float32' && form !== 'float16';

export interface Held {
  readonly name: string;
  readonly shape: readonly number[];
  readonly form: HeldForm;
  readonly parts: readonly DataPart[];
}

export function held(name: string, shape: readonly number[], form: HeldForm): Held {
  if (isPacked(form)) return { name, shape, form, parts: packedParts({ name, shape }, form) };
  const [type, size] = form === 'float32' ? (['float', 4] as const) : (['float16', 2] as const);
  return { name, shape, form, parts: [{ name, type, dims: shape, length: size * elementCount(shape) }] };
}

export interface HeldModel {
  readonly tensors: readonly Held[];
  readonly beside: readonly Beside[];
  /** Names of what holds training that can't be left out. */
  readonly merged: ReadonlySet<string>;
  /** A head's name → that of the table that stands for it. */
  readonly tied: ReadonlyMap<string, string>;
}

export class HeldWeights implements GraphWeights {
  readonly inputs: readonly OnnxPlace[];
  readonly #graph: Graph;
  readonly #held: ReadonlyMap<string, Held>;
  readonly #tied: HeldModel['tied'];
  readonly #beside: ReadonlyMap<string, Beside>;
  readonly #widened = new Map<string, Tensor>();

  constructor(graph: Graph, { tensors, beside, tied }: HeldModel) {
    this.#graph = graph;
    this.#held = new Map(tensors.map((one) => [one.name, one]));
    this.#tied = tied;
    this.#beside = new Map(beside.map((one) => [one.module, one]));
    this.inputs = beside.flatMap((own) => {
      const { factors, outputs, inputs } = besideParts(own);
      const scales = [outputs, inputs].filter((one) => one !== null);
      // Another adapter may have another rank.
      const rank = `rank of ${own.module}`;
      const [a, b] = factors ?? [];
      return [
        ...(a && b
          ? [
              { name: a.name, type: a.type, dims: [rank, a.dims[1] ?? 0] },
              { name: b.name, type: b.type, dims: [b.dims[0] ?? 0, rank] },
            ]
          : []),
        ...scales.map(({ name, type, dims }) => ({ name, type, dims })),
      ];
    });
  }

  product(path: string, x: Tensor): Tensor {
    const graph = this.#graph;
    const own = this.#beside.get(path);
    const parts = own ? besideParts(own) : { factors: null, outputs: null, inputs: null };
    const turned = parts.inputs ? this.#scaled(x, parts.inputs) : x;
    let y = this.#bare(path, turned);
    const bias = this.#held.has(`${path}.bias`) ? this.vector(`${path}.bias`) : null;
    const behind = own?.outputs?.overRowNorms === false;
    if (bias !== null && behind) y = graph.add(y, bias);
    if (parts.outputs) y = this.#scaled(y, parts.outputs);
    if (parts.factors) {
      const [a, b] = parts.factors;
      y = graph.add(y, graph.matmulTransposed(graph.matmulTransposed(x, a.name), b.name));
    }
    return bias !== null && !behind ? graph.add(y, bias) : y;
  }

  rows(path: string, rows: Tensor): Tensor {
    const table = this.#of(`${path}.weight`);
    const { form } = table;
    if (isPacked(form)) return packedRows(this.#graph, table, form, rows);
    // Widened first: a GPU without halves gathers none, and a head that is tied to the table wants it wide as well.
    return this.#graph.op('Gather', [this.#floats(table), rows]);
  }

  vector(name: string): Tensor {
    return this.#floats(this.#of(name));
  }

  /** x [N, K] Wᵀ of what was frozen, or merged. */
  #bare(path: string, x: Tensor): Tensor {
    const name = `${path}.weight`;
    const weight = this.#of(this.#tied.get(name) ?? name);
    const { form } = weight;
    return isPacked(form)
      ? packedProduct(this.#graph, weight, form, x)
      : this.#graph.matmulTransposed(x, this.#floats(weight));
  }

  /** Columns by one and what stands beside. */
  #scaled(x: Tensor, { name }: DataPart): Tensor {
    return this.#graph.add(x, this.#graph.mul(x, name));
  }

  /** Once a tensor, for whoever wants it. */
  #floats({ name, form }: Held): Tensor {
    invariant(!isPacked(form), `export: '${name}' is packed`);
    if (form === 'float32') return name;
    const wide = this.#widened.get(name) ?? this.#graph.cast(name, 'float');
    this.#widened.set(name, wide);
    return wide;
  }

  #of(name: string): Held {
    const found = this.#held.get(name);
    invariant(found, `export: the model has no '${name}'`);
    return found;
  }
}

// How each weight of a web export is held, and the operators that compute with it. Vectors are float32; matrices are float32, float16 that a run
// widens, or packed as they were trained on (packedForms.ts): products are float32 in any case, so that every browser computes what the
// training saw. Factors of an adapter may stand beside a matrix, as inputs that have values already.
import { invariant } from '../../../ground/errors.ts';
import type { OnnxPlace } from '../../../ground/formats/onnxWriter.ts';
import type { Graph, Tensor } from '../../../torch/autograd/graph.ts';
import { elementCount } from '../../../torch/autograd/value.ts';
import type { DataPart } from './dataFiles.ts';
import type { Factors } from './factors.ts';
import { factorParts } from './factors.ts';
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
  readonly factors: readonly Factors[];
  /** A head's name → that of the table that stands for it. */
  readonly tied: ReadonlyMap<string, string>;
}

export class HeldWeights implements GraphWeights {
  readonly inputs: readonly OnnxPlace[];
  readonly #graph: Graph;
  readonly #held: ReadonlyMap<string, Held>;
  readonly #tied: HeldModel['tied'];
  readonly #factors: ReadonlyMap<string, Factors>;

  constructor(graph: Graph, { tensors, factors, tied }: HeldModel) {
    this.#graph = graph;
    this.#held = new Map(tensors.map((one) => [one.name, one]));
    this.#tied = tied;
    this.#factors = new Map(factors.map((one) => [one.module, one]));
    // Another adapter may have another rank.
    this.inputs = factors.flatMap((own) => {
      const [a, b] = factorParts(own);
      const rank = `rank of ${own.module}`;
      return [
        { name: a.name, type: 'float', dims: [rank, own.a.shape[1] ?? 0] },
        { name: b.name, type: 'float', dims: [own.b.shape[0] ?? 0, rank] },
      ];
    });
  }

  product(path: string, x: Tensor): Tensor {
    const graph = this.#graph;
    const name = `${path}.weight`;
    const weight = this.#of(this.#tied.get(name) ?? name);
    const bias = this.#held.has(`${path}.bias`) ? this.vector(`${path}.bias`) : null;
    const { form } = weight;
    if (isPacked(form)) {
      const product = packedProduct(graph, weight, form, x);
      return this.#adapted(path, x, bias === null ? product : graph.add(product, bias));
    }
    const floats = this.#floats(weight);
    const inputs = bias === null ? [x, floats] : [x, floats, bias];
    return this.#adapted(path, x, graph.op('Gemm', inputs, { transB: 1 }));
  }

  rows(path: string, rows: Tensor): Tensor {
    const table = this.#of(`${path}.weight`);
    const { form } = table;
    if (isPacked(form)) return packedRows(this.#graph, table, form, rows);
    const found = this.#graph.op('Gather', [table.name, rows]);
    return form === 'float32' ? found : this.#graph.cast(found, 'float');
  }

  vector(name: string): Tensor {
    return this.#floats(this.#of(name));
  }

  #adapted(path: string, x: Tensor, y: Tensor): Tensor {
    const factors = this.#factors.get(path);
    if (!factors) return y;
    const graph = this.#graph;
    const [a, b] = factorParts(factors);
    return graph.add(y, graph.matmulTransposed(graph.matmulTransposed(x, a.name), b.name));
  }

  #floats({ name, form }: Held): Tensor {
    invariant(!isPacked(form), `export: '${name}' is packed`);
    return form === 'float32' ? name : this.#graph.cast(name, 'float');
  }

  #of(name: string): Held {
    const found = this.#held.get(name);
    invariant(found, `export: the model has no '${name}'`);
    return found;
  }
}

// Attention over a cache that comes in and goes out, in operators of ONNX: grouped queries share their keys' products, rotations follow from the
// positions that a run says, and what a query sees from the mask, from order and from the window of its layer.
import type { AttentionRequest } from '../../../models/decoder.ts';
import type { ModelConfig } from '../../../models/modelConfig.ts';
import { amplitudeOf, frequenciesOf } from '../../../models/rotation.ts';
import type { Graph, Tensor } from '../../../torch/autograd/graph.ts';
import type { RopeTable } from '../../../torch/ops/rope.ts';
import { cosAndSin } from './cosAndSin.ts';

/** What a score gets that does not count. */
const UNSEEN = -1e30;

/** Heads as [B, T, G, E, D]: E queries to a key, or E = 1. */
export interface HeadTensors {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
}

export class AttentionCache {
  readonly #config: ModelConfig;
  readonly #graph: Graph;
  readonly #once = new Map<string, Tensor>();
  readonly #rotated = new Map<number, readonly [cos: Tensor, sin: Tensor]>();

  constructor(config: ModelConfig, graph: Graph) {
    this.#config = config;
    this.#graph = graph;
  }

  /** [B, T, ...rest] as sizes of a shape. */
  sizes(rest: readonly number[]): Tensor {
    const graph = this.#graph;
    const batch = this.#shared('batch', () => graph.op('Shape', ['input_ids']));
    return this.#shared(`sizes ${rest.join()}`, () => graph.concat([batch, graph.integers(rest)], 0));
  }

  /** [N, G·E·D] → [B, T, G, E, D] */
  heads(x: Tensor, each: number): Tensor {
    const { kvHeads, headDim } = this.#config;
    return this.#graph.reshape(x, this.sizes([kvHeads, each, headDim]));
  }

  /** [N, H·D]; names the layer's keys and values as results. */
  attention(request: Omit<AttentionRequest<never>, 'qkv' | 'norms'>, { q, k, v }: HeadTensors): Tensor {
    const graph = this.#graph;
    const { layer, heads, kvHeads, headDim, rotation, window, scale = 1 / Math.sqrt(headDim) } = request;
    const each = heads / kvHeads;
    const keys = this.#kept(layer, 'key', this.#together(this.#turned(k, rotation)));
    const values = this.#kept(layer, 'value', this.#together(v));
    const queries = graph.times(this.#together(this.#turned(q, rotation)), scale);
    const scores = graph.matmul(queries, graph.transpose(keys, [0, 1, 3, 2]));
    const counted = graph.op('Softmax', [graph.add(scores, this.#bias(window, each))], { axis: 3 });
    const seen = graph.reshape(graph.matmul(counted, values), [0, 0, each, -1, headDim]);
    return graph.reshape(graph.transpose(seen, [0, 3, 1, 2, 4]), [-1, heads * headDim]);
  }

  /** [B, T, G, E, D] → [B, G, E·T, D] */
  #together(x: Tensor): Tensor {
    const ordered = this.#graph.transpose(x, [0, 2, 3, 1, 4]);
    return this.#graph.reshape(ordered, [0, 0, -1, this.#config.headDim]);
  }

  /** [B, G, S, D]: what came in and what is new. */
  #kept(layer: number, part: 'key' | 'value', fresh: Tensor): Tensor {
    const all = this.#graph.concat([`past_key_values.${layer}.${part}`, fresh], 2);
    return this.#graph.named(`present.${layer}.${part}`, all);
  }

  /** The first `dims` of each head by its position, half against half. */
  #turned(x: Tensor, rotation: RopeTable | null): Tensor {
    if (rotation === null) return x;
    const graph = this.#graph;
    const { dims } = rotation;
    const { headDim } = this.#config;
    const [cos, sin] = this.#rotations(rotation.table);
    const first = graph.slice(x, 4, 0, dims / 2);
    const second = graph.slice(x, 4, dims / 2, dims);
    const parts = [
      graph.sub(graph.mul(first, cos), graph.mul(second, sin)),
      graph.add(graph.mul(second, cos), graph.mul(first, sin)),
    ];
    return graph.concat(dims < headDim ? [...parts, graph.slice(x, 4, dims, headDim)] : parts, 4);
  }

  /** cos and sin of a table's angles, [B, T, 1, 1, dims / 2]. */
  #rotations(table: number): readonly [cos: Tensor, sin: Tensor] {
    const graph = this.#graph;
    const rotation = this.#config.rotations[table] ?? { theta: 1, dims: 2, scaling: null };
    const places = this.#shared('places', () =>
      graph.cast(graph.op('Unsqueeze', ['position_ids', graph.integers([2, 3, 4])]), 'float'),
    );
    const known = this.#rotated.get(table);
    if (known) return known;
    const angles = graph.mul(places, graph.floats([...frequenciesOf(rotation)]));
    const amplitude = amplitudeOf(rotation);
    const [cos, sin] = cosAndSin(graph, angles);
    const made = [graph.times(cos, amplitude), graph.times(sin, amplitude)] as const;
    this.#rotated.set(table, made);
    return made;
  }

  /** 0 where a query sees a key, [B, 1, E·T, S]. */
  #bias(window: number | null, each: number): Tensor {
    const graph = this.#graph;
    return this.#shared(`bias ${window} ${each}`, () => {
      const size = (name: string): Tensor =>
        graph.reshape(graph.op('Shape', [name], { start: 1 }), graph.integers([]));
      const total = this.#shared('total', () => size('attention_mask'));
      const past = this.#shared('past', () => graph.sub(total, size('input_ids')));
      const keys = graph.op('Range', [graph.integer(0), total, graph.integer(1)]);
      const own = graph.op('Range', [past, total, graph.integer(1)]);
      // One after another for every head of a group.
      const queries = graph.reshape(graph.op('Expand', [own, graph.integers([each, 1])]), [-1, 1]);
      let sees = graph.op('LessOrEqual', [keys, queries]);
      if (window !== null)
        sees = graph.op('And', [
          sees,
          graph.op('Greater', [keys, graph.sub(queries, graph.integer(window))]),
        ]);
      const there = graph.op('Unsqueeze', [graph.cast('attention_mask', 'bool'), graph.integers([1, 2])]);
      return graph.where(graph.op('And', [sees, there]), graph.scalar(0), graph.scalar(UNSEEN));
    });
  }

  #shared(name: string, make: () => Tensor): Tensor {
    const made = this.#once.get(name) ?? make();
    this.#once.set(name, made);
    return made;
  }
}

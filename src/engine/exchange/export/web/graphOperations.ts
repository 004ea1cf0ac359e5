// The operations of a decoder's layers as operators of ONNX: hidden states are [N, C] with N = B·T, attention reads the cache that came in and
// hands on a longer one. Only what inference needs: no gradient, no dropout. Source: transformers' decoders, by their families here.
import { invariant } from '../../../ground/errors.ts';
import type { OnnxPlace } from '../../../ground/formats/onnxWriter.ts';
import type { AttentionRequest, Operations, ProjectionGroup } from '../../../models/decoder.ts';
import type { ModelConfig } from '../../../models/modelConfig.ts';
import type { Graph, Tensor } from '../../../torch/autograd/graph.ts';
import type { Value } from '../../../torch/autograd/value.ts';
import { gelu, silu } from '../../../torch/ops/activationGraph.ts';
import type { Drop } from '../../../torch/ops/dropout.ts';
import type { Activation } from '../../../torch/ops/gated.ts';
import { rootOverMean } from '../../../torch/ops/normGraph.ts';
import type { Recording } from '../../../torch/recording.ts';
import { AttentionCache } from './attentionCache.ts';

/** How the weights of a model stand in a graph. */
export interface GraphWeights {
  /** x [N, K] Wᵀ + b of the linear at a path, with what is laid on it. */
  product(path: string, x: Tensor): Tensor;
  /** Rows [N, C] of the table at a path; `rows` [N]. */
  rows(path: string, rows: Tensor): Tensor;
  /** A vector by its parameter's name, with what is added to it before use. */
  vector(name: string): Tensor;
  /** Of its own, which may be left out. */
  readonly inputs: readonly OnnxPlace[];
}

/** What the members of a group give, [N, OUT] each. */
type Projected = readonly Tensor[];

const activations = { silu, gelu_tanh: gelu } as const;

export class GraphOperations implements Operations<Projected> {
  readonly #recording: Recording;
  readonly #config: ModelConfig;
  readonly #graph: Graph;
  readonly #weights: GraphWeights;
  readonly #cache: AttentionCache;

  constructor(recording: Recording, config: ModelConfig, graph: Graph, weights: GraphWeights) {
    this.#recording = recording;
    this.#config = config;
    this.#graph = graph;
    this.#weights = weights;
    this.#cache = new AttentionCache(config, graph);
  }

  /** What modules give has no name in a graph. */
  output(_path: string, output: Projected): Projected {
    return output;
  }

  /** [B, T, ...rest] as sizes of a shape. */
  sizes(rest: readonly number[]): Tensor {
    return this.#cache.sizes(rest);
  }

  embedding(path: string): Value {
    return this.#hidden(this.#weights.rows(path, this.#graph.reshape('input_ids', [-1])));
  }

  norm(path: string, x: Value): Value {
    return this.#hidden(this.#normed(path, x.name, 1));
  }

  linear(layer: string, [, members]: ProjectionGroup, x: Value): Projected {
    return members.map((member) => this.#weights.product(`${layer}.${member}`, x.name));
  }

  attention({ norms, qkv, ...request }: AttentionRequest<Projected>): Value {
    const { heads, kvHeads, headDim } = request;
    const [q, k, v] = this.#apart(qkv, [heads * headDim, kvHeads * headDim, kvHeads * headDim]);
    const normed = (path: string | undefined, x: Tensor): Tensor =>
      path === undefined ? x : this.#normed(path, x, 4);
    const parts = {
      q: normed(norms?.q, this.#cache.heads(q, heads / kvHeads)),
      k: normed(norms?.k, this.#cache.heads(k, 1)),
      v: this.#cache.heads(v, 1),
    };
    return this.#hidden(this.#cache.attention(request, parts));
  }

  gated(_path: string, gateUp: Projected, activation: Activation): Value {
    const graph = this.#graph;
    const { intermediateSize: f } = this.#config;
    const [gate, up] = this.#apart(gateUp, [f, f]);
    return this.#hidden(graph.mul(activations[activation](graph, gate).value, up));
  }

  activated(_path: string, x: Projected): Value {
    return this.#hidden(gelu(this.#graph, this.#only(x)).value);
  }

  positioned(path: string, x: Value): Value {
    const rows = this.#weights.rows(path, this.#graph.reshape('position_ids', [-1]));
    return this.#hidden(this.#graph.add(x.name, rows));
  }

  dropped(_drop: Drop, x: Value): Value {
    return x;
  }

  droppedOutput(_drop: Drop, branch: Projected): Projected {
    return branch;
  }

  sum(residual: Value, branch: Projected): Value {
    return this.#hidden(this.#graph.add(residual.name, this.#only(branch)));
  }

  whole(branch: Projected): Value {
    return this.#hidden(this.#only(branch));
  }

  scaled(_path: string, x: Value, factor: number): Value {
    return this.#hidden(this.#graph.times(x.name, factor));
  }

  plus(_path: string, residual: Value, x: Value): Value {
    return this.#hidden(this.#graph.add(residual.name, x.name));
  }

  /** Over the last axis, which is `axis`. */
  #normed(path: string, x: Tensor, axis: number): Tensor {
    const graph = this.#graph;
    const { kind } = this.#recording.module(path);
    invariant(kind.type === 'norm', `export: '${path}' is no norm`);
    const weight = this.#weights.vector(`${path}.weight`);
    if (kind.centred === true) {
      const bias = this.#weights.vector(`${path}.bias`);
      return graph.op('LayerNormalization', [x, weight, bias], { axis, epsilon: { float: kind.eps } });
    }
    return graph.mul(graph.mul(x, rootOverMean(graph, x, axis, kind.eps)), weight);
  }

  /** Members of these widths, which may come side by side as one. */
  #apart<const W extends readonly number[]>(x: Projected, widths: W): { readonly [I in keyof W]: Tensor };
  #apart(x: Projected, widths: readonly number[]): Projected {
    if (x.length === widths.length) return x;
    const both = this.#only(x);
    let from = 0;
    return widths.map((width) => {
      const start = from;
      from += width;
      return this.#graph.slice(both, 1, start, from);
    });
  }

  #only([one, ...more]: Projected): Tensor {
    invariant(one !== undefined && more.length === 0, 'export: one projection was expected');
    return one;
  }

  /** Hidden states by the name of their tensor; how many rows there are, a run says. */
  #hidden(tensor: Tensor): Value {
    const shape = [1, this.#config.hiddenSize];
    return this.#recording.tape.leaf(tensor, shape, { kind: 'planned' });
  }
}

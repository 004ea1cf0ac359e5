// Head and loss in a graph, a chunk of rows at a time, as the kernels go: the logits of one chunk, their scores and, where it is wanted, their
// gradient with all that follows from it. What of the rows' scores becomes the loss is the loss's own.
import type { Tensor } from '../autograd/graph.ts';
import type { Lowering } from '../autograd/lowering.ts';
import type { TapeNode } from '../autograd/operation.ts';
import { frozenGraph } from './frozenGraph.ts';
import { downGraph, gradGraph, upBackwardGraph, withUpdate, withUpdateBackward } from './loraGraph.ts';
import type { LossAttributes } from './lossChunks.ts';
import { valueAt } from './nodeValues.ts';

type Node = TapeNode<LossAttributes>;

export interface GraphChunk {
  readonly first: number;
  readonly rows: number;
}

/** Logits of a chunk [R, V], its hidden states [R, C], and u where the head has an adapter. */
export function logitsOf(
  to: Lowering,
  { head, training }: Pick<LossAttributes, 'head' | 'training'>,
  h: Tensor,
  rows: number,
) {
  const base = frozenGraph(to, head);
  const plain = base.forward(h);
  const { adapter } = training;
  if (!adapter) return { z: plain, u: null, base };
  const u = downGraph(to, adapter, h, rows);
  return { z: withUpdate(to, adapter, plain, u), u, base };
}

/** A column of whole numbers of 32 bits as int64, and which of them are labels, as 1 and 0: [R, 1] both. */
function labelsOf(to: Lowering, part: (tensor: Tensor, axis: number) => Tensor, n: number) {
  const { graph } = to;
  const labels = graph.cast(part(to.words('labels', n), 0), 'int64');
  const column = graph.reshape(labels, [0, 1]);
  const counted = graph.cast(graph.op('GreaterOrEqual', [column, graph.integer(0)]), 'float');
  return { safe: graph.op('Max', [column, graph.integer(0)]), counted };
}

export interface ScoredChunk {
  /** [R, 4]: loss, correct, counted, entropy. */
  readonly scores: Tensor;
  /** What follows from the loss, rows weighted by [R, 1]; answers dh [R, C], or null where nobody wants it. */
  readonly back: (weights: Tensor) => Tensor | null;
}

/** Part of a tensor with a row a token that a chunk takes, given what all of them are. */
export const chunkPart =
  ({ graph }: Lowering, chunks: readonly GraphChunk[], { first }: GraphChunk, most: number) =>
  (tensor: Tensor, axis: number): Tensor =>
    chunks.length === 1 ? tensor : graph.slice(tensor, axis, first, first + most);

export function scoreChunk(
  to: Lowering,
  node: Node,
  chunk: GraphChunk,
  part: (tensor: Tensor, axis: number) => Tensor,
): ScoredChunk {
  const { graph } = to;
  const { smoothing, head, training, wantsHidden } = node.attributes;
  const [hidden] = valueAt(node.inputs, 0);
  const h = part(to.read(hidden), 0);
  const { z, u, base } = logitsOf(to, node.attributes, h, chunk.rows);
  const { safe, counted } = labelsOf(to, part, hidden.shape[0] ?? 0);
  const d = graph.sub(z, graph.op('ReduceMax', [z, graph.integers([1])], { keepdims: 1 }));
  const e = graph.exp(d);
  const sum = graph.rowSum(e, head.out);
  const logSum = graph.op('Log', [sum]);
  const hit = graph.times(graph.op('GatherElements', [d, safe], { axis: 1 }), 1 - smoothing);
  const sharp = graph.sub(logSum, hit);
  const loss =
    smoothing === 0 ? sharp : graph.sub(sharp, graph.times(graph.rowSum(d, head.out), smoothing / head.out));
  const top = graph.op('ArgMax', [z], { axis: 1, keepdims: 1 });
  const correct = graph.cast(graph.op('Equal', [top, safe]), 'float');
  const entropy = graph.sub(logSum, graph.div(graph.rowSum(graph.mul(e, d), head.out), sum));
  const own = graph.concat([loss, correct, counted, entropy], 1);
  const scores = graph.mul(own, counted);
  const back = (weights: Tensor): Tensor | null => {
    const c = graph.mul(weights, counted);
    const soft = graph.mul(e, graph.div(c, sum));
    const spread = smoothing === 0 ? soft : graph.sub(soft, graph.times(c, smoothing / head.out));
    const taken = graph.times(c, smoothing - 1);
    const dz = graph.op('ScatterElements', [spread, safe, taken], { axis: 1, reduction: 'add' });
    const { copyAt, adapter } = training;
    if (copyAt !== null) to.addGradient(copyAt, graph.transposedMatmul(dz, h));
    const du = adapter ? upBackwardGraph(to, adapter, dz) : null;
    if (adapter && u !== null && du !== null)
      gradGraph(to, adapter, { x: h, u, dy: dz, du, rows: chunk.rows });
    if (!wantsHidden) return null;
    const dh = base.backward(dz);
    return adapter && du !== null ? withUpdateBackward(to, adapter, dh, du, chunk.rows) : dh;
  };
  return { scores, back };
}

// Attention of generation in a graph: one text's new tokens over the keys and values that its layer's cache holds and their own. Of the cache only
// what has been said comes in; what is new goes back to it (kvAppend.ts).
import type { Tensor } from '../autograd/graph.ts';
import type { Lowering } from '../autograd/lowering.ts';
import type { AttentionNumbers } from './attentionGraph.ts';
import { UNSEEN } from './attentionGraph.ts';

/** k then v of one layer, each [maxTokens, G·D], in one buffer. */
export interface KvCache {
  readonly buffer: string;
  readonly maxTokens: number;
}

/** Keys or values before this pass, [P, G·D]; P is where the pass begins. */
function past(to: Lowering, { buffer, maxTokens }: KvCache, part: 'k' | 'v', width: number): Tensor {
  const from = part === 'k' ? 0 : maxTokens * width;
  return to.begun(`${buffer} ${part}`, width, (position, contents) => {
    const all = contents(buffer);
    return all.subarray(from, from + position * width);
  });
}

/** 0 where a query sees a key, [Tq, P + Tq]. */
function maskOf(to: Lowering, { batch, window }: AttentionNumbers): Tensor {
  const { graph } = to;
  return to.once(`mask behind a cache ${window}`, () => {
    const first = to.made('position', 'int64', [], ({ position }) => BigInt64Array.of(BigInt(position)), []);
    const tokens = graph.reshape(to.size('tokens', batch), graph.integers([]));
    const end = graph.add(first, tokens);
    const keys = graph.op('Range', [graph.integer(0), end, graph.integer(1)]);
    const queries = graph.reshape(graph.op('Range', [first, end, graph.integer(1)]), [-1, 1]);
    const before = graph.op('LessOrEqual', [keys, queries]);
    const sees =
      window === null
        ? before
        : graph.op('And', [before, graph.op('Greater', [keys, graph.sub(queries, graph.integer(window))])]);
    return graph.where(sees, graph.scalar(0), graph.scalar(UNSEEN));
  });
}

/** q|k|v [Tq, (H+2G)·D] of one row → o [Tq, H·D] */
export function cachedAttention(to: Lowering, shape: AttentionNumbers, qkv: Tensor, cache: KvCache): Tensor {
  const { graph } = to;
  const { heads, kvHeads, headDim, scale } = shape;
  const [q, kv] = [heads * headDim, kvHeads * headDim];
  /** [T, G·E·D] → [G, E, T, D] */
  const apart = (x: Tensor, each: number): Tensor =>
    graph.transpose(graph.reshape(x, [-1, kvHeads, each, headDim]), [1, 2, 0, 3]);
  const all = (part: 'k' | 'v', from: number): Tensor =>
    apart(graph.concat([past(to, cache, part, kv), graph.slice(qkv, 1, from, from + kv)], 0), 1);
  const queries = apart(graph.slice(qkv, 1, 0, q), heads / kvHeads);
  const scores = graph.product(queries, all('k', q), { axes: 4, transB: true, factor: scale });
  const p = graph.op('Softmax', [graph.add(scores, maskOf(to, shape))], { axis: 3 });
  const o = graph.matmul(p, all('v', q + kv));
  return graph.reshape(graph.transpose(o, [2, 0, 1, 3]), [-1, q]);
}

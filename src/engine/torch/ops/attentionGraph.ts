// Causal grouped-query attention and its gradient in a graph, block of queries by block: the scores of one block exist while it is worked on,
// those that no query of it sees are never made, and nothing of size [T, T] is kept for the way back, which makes them again.
import type { Tensor } from '../autograd/graph.ts';
import type { Lowering } from '../autograd/lowering.ts';
import type { DropoutDraw } from './dropout.ts';
import { keptMask } from './dropoutGraph.ts';
import type { HeadShape } from './rope.ts';

export interface AttentionNumbers extends HeadShape {
  readonly window: number | null;
  readonly scale: number;
  readonly dropout?: DropoutDraw | null;
}

/** Queries of a block. */
const QUERIES = 256;
/** What a score gets that does not count. */
const UNSEEN = -1e30;

interface Block {
  readonly from: number;
  readonly to: number;
  /** First key that any of its queries sees. */
  readonly firstKey: number;
}

function blocksOf({ batch: { tokens }, window }: AttentionNumbers): Block[] {
  return Array.from({ length: Math.ceil(tokens / QUERIES) }, (_, i) => {
    const from = i * QUERIES;
    // The last one ends where the row does, whatever its length.
    const to = from + QUERIES;
    return { from, to, firstKey: window === null ? 0 : Math.max(0, from + 1 - window) };
  });
}

export class AttentionGraph {
  readonly #to: Lowering;
  readonly #shape: AttentionNumbers;
  readonly #heads: { readonly q: Tensor; readonly k: Tensor; readonly v: Tensor };

  constructor(to: Lowering, shape: AttentionNumbers, qkv: Tensor) {
    this.#to = to;
    this.#shape = shape;
    const { heads, kvHeads, headDim } = shape;
    const [q, kv] = [heads * headDim, kvHeads * headDim];
    const { graph } = to;
    this.#heads = {
      q: this.#queries(graph.slice(qkv, 1, 0, q)),
      k: this.#keys(graph.slice(qkv, 1, q, q + kv)),
      v: this.#keys(graph.slice(qkv, 1, q + kv, q + 2 * kv)),
    };
  }

  /** o [N, H·D] */
  output(): Tensor {
    const { graph } = this.#to;
    const blocks = blocksOf(this.#shape).map((block) => {
      const p = this.#counted(this.#probabilities(block), block);
      return this.#unflat(graph.matmul(this.#flat(p), this.#seen(this.#heads.v, block)), p);
    });
    return this.#joined(graph.concat(blocks, 3));
  }

  /** dqkv [N, (H+2G)·D] of dO and o, [N, H·D] */
  backward(dO: Tensor, o: Tensor): Tensor {
    const { graph } = this.#to;
    const { kvHeads, headDim, scale } = this.#shape;
    const [d, delta] = [this.#queries(dO), graph.sum(this.#queries(graph.mul(dO, o)), [4])];
    const [dq, dk, dv]: [Tensor[], Tensor[], Tensor[]] = [[], [], []];
    for (const block of blocksOf(this.#shape)) {
      const p = this.#probabilities(block);
      const dOfBlock = this.#rows(d, block);
      const flatD = this.#flat(dOfBlock);
      const dp = this.#unflat(this.#fused(flatD, this.#seen(this.#heads.v, block), { transB: 1 }), p);
      const ds = graph.mul(p, graph.sub(this.#counted(dp, block), this.#rows(delta, block)));
      const flat = this.#flat(ds);
      const alpha = { alpha: { float: scale } };
      dq.push(this.#unflat(this.#fused(flat, this.#seen(this.#heads.k, block), alpha), dOfBlock));
      const q = this.#flat(this.#rows(this.#heads.q, block));
      dk.push(this.#padded(this.#fused(flat, q, { transA: 1, ...alpha }), block));
      const weighed = this.#flat(this.#counted(p, block));
      dv.push(this.#padded(this.#fused(weighed, flatD, { transA: 1 }), block));
    }
    const total = (parts: readonly Tensor[]): Tensor => {
      const sum = parts.reduce((a, b) => graph.add(a, b));
      return graph.reshape(graph.transpose(sum, [0, 2, 1, 3]), [-1, kvHeads * headDim]);
    };
    return graph.concat([this.#joined(graph.concat(dq, 3)), total(dk), total(dv)], 1);
  }

  /** [N, H·D] → [B, G, H/G, T, D] */
  #queries(x: Tensor): Tensor {
    const { batch, heads, kvHeads, headDim } = this.#shape;
    const apart = this.#to.reshape(x, batch, ['rows', 'tokens', kvHeads, heads / kvHeads, headDim]);
    return this.#to.graph.transpose(apart, [0, 2, 3, 1, 4]);
  }

  /** [N, G·D] → [B, G, T, D] */
  #keys(x: Tensor): Tensor {
    const { batch, kvHeads, headDim } = this.#shape;
    const apart = this.#to.reshape(x, batch, ['rows', 'tokens', kvHeads, headDim]);
    return this.#to.graph.transpose(apart, [0, 2, 1, 3]);
  }

  /** [B, G, H/G, T, D] → [N, H·D] */
  #joined(x: Tensor): Tensor {
    const { heads, headDim } = this.#shape;
    const { graph } = this.#to;
    return graph.reshape(graph.transpose(x, [0, 3, 1, 2, 4]), [-1, heads * headDim]);
  }

  #rows(x: Tensor, { from, to }: Block): Tensor {
    return this.#isOnly() ? x : this.#to.graph.slice(x, 3, from, to);
  }

  /** Keys or values that a block sees, [B, G, Tk, D]. */
  #seen(x: Tensor, { firstKey, to }: Block): Tensor {
    return this.#isOnly() ? x : this.#to.graph.slice(x, 2, firstKey, to);
  }

  #isOnly(): boolean {
    return this.#shape.batch.tokens <= QUERIES;
  }

  /** [B, G, H/G, Tq, …] → [B, G, H/G·Tq, …]: the heads of a group are rows of one product. */
  #flat(x: Tensor): Tensor {
    const { graph } = this.#to;
    const sizes = graph.op('Shape', [x]);
    const part = (from: number, to: number): Tensor => graph.slice(sizes, 0, from, to);
    return graph.reshape(x, graph.concat([part(0, 2), graph.integers([-1]), part(4, 5)], 0));
  }

  /** Back to the rows of `like` [B, G, H/G, Tq, …]. */
  #unflat(x: Tensor, like: Tensor): Tensor {
    const { graph } = this.#to;
    const sizes = graph.slice(graph.op('Shape', [like]), 0, 0, 4);
    return graph.reshape(x, graph.concat([sizes, graph.integers([-1])], 0));
  }

  #fused(a: Tensor, b: Tensor, attributes: Parameters<Lowering['graph']['op']>[2]): Tensor {
    return this.#to.graph.op('FusedMatMul', [a, b], attributes, 'com.microsoft');
  }

  /** [B, G, H/G, Tq, Tk], of rows that sum to 1. */
  #probabilities(block: Block): Tensor {
    const { graph } = this.#to;
    const q = this.#rows(this.#heads.q, block);
    const alpha = { alpha: { float: this.#shape.scale } };
    const scores = this.#fused(this.#flat(q), this.#seen(this.#heads.k, block), { transB: 1, ...alpha });
    return graph.op('Softmax', [graph.add(this.#unflat(scores, q), this.#mask(block))], { axis: 4 });
  }

  /** With dropout, what of the probabilities counts. */
  #counted(x: Tensor, block: Block): Tensor {
    const { dropout, batch, heads, kvHeads } = this.#shape;
    if (!dropout) return x;
    const { graph } = this.#to;
    const { rows, tokens } = batch;
    const mask = keptMask(this.#to, dropout, [rows, tokens, heads, tokens]);
    const ordered = graph.transpose(mask, [0, 2, 1, 3]);
    const apart = this.#to.reshape(ordered, batch, ['rows', kvHeads, heads / kvHeads, 'tokens', 'tokens']);
    const own = this.#rows(apart, block);
    return graph.mul(x, this.#isOnly() ? own : graph.slice(own, 4, block.firstKey, block.to));
  }

  /** 0 where a query sees a key, [1 or B, 1, 1, Tq, Tk]. */
  #mask(block: Block): Tensor {
    const { batch, window } = this.#shape;
    const { graph } = this.#to;
    return this.#to.once(`mask ${block.from} ${window}`, () => {
      const tokens = graph.reshape(this.#to.size('tokens', batch), this.#to.graph.integers([]));
      const places = graph.op('Range', [graph.integer(0), tokens, graph.integer(1)]);
      const queries = graph.reshape(graph.slice(places, 0, block.from, block.to), [-1, 1]);
      const keys = graph.slice(places, 0, block.firstKey, block.to);
      let sees = graph.op('LessOrEqual', [keys, queries]);
      if (window !== null) {
        const near = graph.op('Greater', [keys, graph.sub(queries, graph.integer(window))]);
        sees = graph.op('And', [sees, near]);
      }
      if (batch.packed) {
        const words = this.#to.words('documents', [batch.rows * batch.tokens]);
        const begins = this.#to.reshape(graph.cast(words, 'int64'), batch, ['rows', 1, 1, 'tokens', 1]);
        const own = graph.op('GreaterOrEqual', [keys, this.#rows(begins, block)]);
        sees = graph.op('And', [own, sees]);
      }
      return graph.where(sees, graph.scalar(0), graph.scalar(UNSEEN));
    });
  }

  /** dk or dv of a block's keys among those of all. */
  #padded(x: Tensor, { firstKey, to }: Block): Tensor {
    const { batch } = this.#shape;
    if (this.#isOnly()) return x;
    const { graph } = this.#to;
    const after = graph.op('Max', [
      graph.sub(this.#to.size('tokens', batch), graph.integers([to])),
      graph.integers([0]),
    ]);
    const pads = graph.concat(
      [graph.integers([0, 0, firstKey, 0]), graph.integers([0, 0]), after, graph.integers([0])],
      0,
    );
    return graph.op('Pad', [x, pads]);
  }
}

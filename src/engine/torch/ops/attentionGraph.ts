// Causal grouped-query attention and its gradient in a graph, block of queries by block: the scores of one block exist while it is worked on,
// those that no query of it sees are never made, and nothing of size [T, T] is kept for the way back, which makes them again.
import type { Product, Tensor } from '../autograd/graph.ts';
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
export const UNSEEN = -1e30;

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
      q: this.#apart(graph.slice(qkv, 1, 0, q), heads / kvHeads),
      k: this.#apart(graph.slice(qkv, 1, q, q + kv), 1),
      v: this.#apart(graph.slice(qkv, 1, q + kv, q + 2 * kv), 1),
    };
  }

  /** o [N, H·D] */
  output(): Tensor {
    const { graph } = this.#to;
    const blocks = blocksOf(this.#shape).map((block) => {
      const p = this.#counted(this.#probabilities(block), block);
      return graph.matmul(p, this.#seen(this.#heads.v, block));
    });
    return this.#joined(graph.concat(blocks, 3), this.#shape.heads);
  }

  /** dqkv [N, (H+2G)·D] of dO and o, [N, H·D] */
  backward(dO: Tensor, o: Tensor): Tensor {
    const { graph } = this.#to;
    const { heads, kvHeads, scale } = this.#shape;
    const each = heads / kvHeads;
    const [d, delta] = [this.#apart(dO, each), graph.sum(this.#apart(graph.mul(dO, o), each), [4])];
    const [dq, dk, dv]: [Tensor[], Tensor[], Tensor[]] = [[], [], []];
    const factor = scale;
    for (const block of blocksOf(this.#shape)) {
      const p = this.#probabilities(block);
      const own = this.#rows(d, block);
      const dp = this.#product(own, this.#seen(this.#heads.v, block), { transB: true });
      const ds = graph.mul(p, graph.sub(this.#counted(dp, block), this.#rows(delta, block)));
      dq.push(this.#product(ds, this.#seen(this.#heads.k, block), { factor }));
      dk.push(
        this.#padded(this.#product(ds, this.#rows(this.#heads.q, block), { transA: true, factor }), block),
      );
      dv.push(this.#padded(this.#product(this.#counted(p, block), own, { transA: true }), block));
    }
    /** Of all queries that share a key: heads of a group, and blocks. */
    const total = (parts: readonly Tensor[]): Tensor => {
      const sum = parts.reduce((a, b) => graph.add(a, b));
      return this.#joined(each === 1 ? sum : graph.sum(sum, [2]), kvHeads);
    };
    return graph.concat([this.#joined(graph.concat(dq, 3), heads), total(dk), total(dv)], 1);
  }

  /** [N, G·E·D] → [B, G, E, T, D]: E heads that share keys, or the keys themselves. */
  #apart(x: Tensor, each: number): Tensor {
    const { batch, kvHeads, headDim } = this.#shape;
    const sizes = this.#to.reshape(x, batch, ['rows', 'tokens', kvHeads, each, headDim]);
    return this.#to.graph.transpose(sizes, [0, 2, 3, 1, 4]);
  }

  /** [B, G, E, T, D] → [N, heads·D] */
  #joined(x: Tensor, heads: number): Tensor {
    const { graph } = this.#to;
    return graph.reshape(graph.transpose(x, [0, 3, 1, 2, 4]), [-1, heads * this.#shape.headDim]);
  }

  #rows(x: Tensor, { from, to }: Block): Tensor {
    return this.#isOnly() ? x : this.#to.graph.slice(x, 3, from, to);
  }

  /** Keys or values that a block sees. */
  #seen(x: Tensor, { firstKey, to }: Block): Tensor {
    return this.#isOnly() ? x : this.#to.graph.slice(x, 3, firstKey, to);
  }

  #isOnly(): boolean {
    return this.#shape.batch.tokens <= QUERIES;
  }

  #product(a: Tensor, b: Tensor, how: Omit<Product, 'axes'>): Tensor {
    return this.#to.graph.product(a, b, { axes: 5, ...how });
  }

  /** [B, G, H/G, Tq, Tk], of rows that sum to 1. */
  #probabilities(block: Block): Tensor {
    const { graph } = this.#to;
    const q = this.#rows(this.#heads.q, block);
    const scores = this.#product(q, this.#seen(this.#heads.k, block), {
      transB: true,
      factor: this.#shape.scale,
    });
    return graph.op('Softmax', [graph.add(scores, this.#mask(block))], { axis: 4 });
  }

  /** With dropout, what of the probabilities counts. */
  #counted(x: Tensor, block: Block): Tensor {
    const { dropout, batch, heads, kvHeads } = this.#shape;
    if (!dropout) return x;
    const { graph } = this.#to;
    const { rows, tokens } = batch;
    const dims = [rows, tokens, heads, tokens];
    const mask = keptMask(this.#to, dropout, dims, ['rows', 'tokens', heads, 'tokens']);
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
        const words = this.#to.words('documents', batch.rows * batch.tokens);
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
      [graph.integers([0, 0, 0, firstKey, 0, 0, 0, 0]), after, graph.integers([0])],
      0,
    );
    return graph.op('Pad', [x, pads]);
  }
}

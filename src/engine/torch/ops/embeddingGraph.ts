// The embedding in a graph. Rows of the table come in decoded, with their noise, by the kernel's own reference: a table in the graph would be
// held for a few of its rows. What an adapter adds to them, and the gradients of what trains, are operators.
import { embeddingReference } from '../../../shaders/embedding/embedding.ref.ts';
import type { WeightFormat } from '../../../shaders/quant/weightFormat.ts';
import { invariant } from '../../ground/errors.ts';
import type { Tensor } from '../autograd/graph.ts';
import type { Contents, Lowering } from '../autograd/lowering.ts';
import type { TapeNode } from '../autograd/operation.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import type { TableParts } from './tableParts.ts';

export interface EmbeddingAttributes {
  /** Buffer of the packed table; its scales are `<name>.scales`. */
  readonly weights: string;
  readonly format: WeightFormat;
  /** NEFTune: uniform noise of up to step.noise on every element. */
  readonly noisy: boolean;
  /** Place of a trainable copy in the adapter buffer, in floats; null: the table is frozen. */
  readonly copyAt: number | null;
  readonly lora: TableParts['lowRank'];
}

type Node = TapeNode<EmbeddingAttributes>;

const wordsOf = (contents: Contents, buffer: string): Uint32Array<ArrayBuffer> => {
  const { buffer: bytes, byteOffset, length } = contents(buffer);
  return new Uint32Array(bytes, byteOffset, length);
};

/** [N, C] */
export function embeddedRows(to: Lowering, node: Node): Tensor {
  const [table] = valueAt(node.inputs, 1);
  const { n, c } = rowsAndColumns(valueAt(node.outputs, 0)[0]);
  const v = rowsAndColumns(table).n;
  const { weights, format, noisy, copyAt } = node.attributes;
  return to.made('embedded rows', 'float', [n, c], (step, contents) => {
    const x = new Float32Array(n * c);
    const w = wordsOf(contents, weights);
    embeddingReference({
      ids: wordsOf(contents, 'ids'),
      w,
      w_scales: format === 'none' ? w : wordsOf(contents, `${weights}.scales`),
      decode: { format },
      ...{ step, x, n, c, v, first: 0, rows: v },
      first_block: (copyAt ?? 0) / 64,
      HAS_NOISE: noisy ? 1 : 0,
    });
    return x;
  });
}

const tableOf = (node: Node) => rowsAndColumns(valueAt(node.inputs, 1)[0]);

/** Ids within the table, [N]. */
function within(to: Lowering, node: Node, ids: Tensor): Tensor {
  const { graph } = to;
  const last = graph.integer(tableOf(node).n - 1);
  return graph.op('Min', [graph.cast(ids, 'int64'), last]);
}

function factors(to: Lowering, node: Node) {
  const { lora } = node.attributes;
  invariant(lora, 'embedding: no adapter');
  const { n: v, c } = tableOf(node);
  return {
    a: to.part('adapter', lora.aOffset, [lora.rank, v]),
    b: to.part('adapter', lora.bOffset, [c, lora.rank]),
    lora,
  };
}

/** Columns of A by token, [N, R]. */
const tokensOfA = ({ graph }: Lowering, a: Tensor, ids: Tensor): Tensor =>
  graph.transpose(graph.op('Gather', [a, ids], { axis: 1 }), [1, 0]);

/** s A[:, id]ᵀ Bᵀ [N, C] */
export function adapterRows(to: Lowering, node: Node, ids: Tensor): Tensor {
  const { a, b, lora } = factors(to, node);
  const { graph } = to;
  const rows = tokensOfA(to, a, within(to, node, ids));
  return graph.times(graph.matmulTransposed(rows, b), lora.scale);
}

/** Rows of `d` added up by token, [V, …]. */
function byToken(to: Lowering, node: Node, ids: Tensor, d: Tensor, width: number): Tensor {
  const { graph } = to;
  const zeros = graph.op('ConstantOfShape', [graph.integers([tableOf(node).n, width])]);
  const places = graph.reshape(within(to, node, ids), [-1, 1]);
  return graph.op('ScatterND', [zeros, places, d], { reduction: 'add' });
}

export function tableGradients(to: Lowering, node: Node, ids: Tensor, dx: Tensor): void {
  const { graph } = to;
  const { copyAt, lora: adapter } = node.attributes;
  if (!adapter) {
    to.addGradient(copyAt ?? 0, byToken(to, node, ids, dx, tableOf(node).c));
    return;
  }
  const { a, b, lora } = factors(to, node);
  const d = graph.times(dx, lora.scale);
  to.addGradient(lora.bOffset, graph.transposedMatmul(d, tokensOfA(to, a, within(to, node, ids))));
  const perToken = byToken(to, node, ids, graph.matmul(d, b), lora.rank);
  to.addGradient(lora.aOffset, graph.transpose(perToken, [1, 0]));
}

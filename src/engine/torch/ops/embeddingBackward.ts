// The gradient of what trains in an embedding: of a whole copy of the table, or of an adapter on it.
import { embeddingGrad, embeddingLoraGrad } from '../../../shaders/embedding_grad/embedding_grad.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';
import type { BackwardRule, Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { InputGradient } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import type { EmbeddingAttributes } from './embeddingGraph.ts';
import { tableGradients } from './embeddingGraph.ts';
import { gradientLeaf } from './gradientLeaf.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

/** Numbers of the adapter's kernels; null without one. Inputs [ids, table, …], outputs or fourth input [N, C]. */
export function loraNumbers(node: TapeNode<EmbeddingAttributes>) {
  const { lora } = node.attributes;
  if (!lora) return null;
  const rows = node.outputs[0] ?? valueAt(node.inputs, 2)[0];
  const { n, c } = rowsAndColumns(rows);
  const v = rowsAndColumns(valueAt(node.inputs, 1)[0]).n;
  return { n, c, v, rank: lora.rank, a_offset: lora.aOffset, b_offset: lora.bOffset, scale: lora.scale };
}

/** Inputs [ids, table, dx]; adds to the buffer `grads` [S, total]. */
const embeddingGradOperation: Operation<EmbeddingAttributes> = {
  name: 'embedding_grad',
  backward: 'none',
  effect: true,
  kernels: (node) => {
    const [ids, table, dx] = valueAt(node.inputs, 0, 1, 2);
    const { n, c } = rowsAndColumns(dx);
    const lora = loraNumbers(node);
    const shared: Record<'ids' | 'dx' | 'grads', Ref> = {
      ids: { value: ids },
      dx: { value: dx },
      grads: { buffer: 'grads' },
    };
    if (lora) {
      const buffers = { ...shared, adapter: { buffer: 'adapter' } };
      return [call(embeddingLoraGrad, { buffers, params: lora })];
    }
    const params = { n, c, v: rowsAndColumns(table).n, offset: node.attributes.copyAt ?? 0 };
    return [call(embeddingGrad, { buffers: shared, params })];
  },
  lower: (node, to) => {
    const [ids, , dx] = node.inputs;
    invariant(ids && dx, 'embedding: a value is missing');
    tableGradients(to, node, to.words('ids', elementCount(ids.shape)), to.read(dx));
  },
  flops: (node) => 4 * (node.attributes.lora?.rank ?? 1) * rowsAndColumns(valueAt(node.inputs, 2)[0]).n,
};

export const embeddingBackward: BackwardRule<EmbeddingAttributes> = (context) => {
  const { node } = context;
  const { lora, copyAt } = node.attributes;
  const results: (InputGradient | null)[] = node.inputs.map(() => null);
  const dx = context.gradOf(0);
  const wanted = node.inputs.flatMap((_, i) =>
    i > 0 && context.needs(i) && (i > 1 || copyAt !== null) ? [i] : [],
  );
  if (!dx || wanted.length === 0) return results;
  const [ids, table] = valueAt(node.inputs, 0, 1);
  context.record({
    operation: embeddingGradOperation,
    inputs: [ids, table, dx],
    outputs: [],
    attributes: node.attributes,
    path: node.path,
  });
  for (const i of wanted) {
    const [parameter] = valueAt(node.inputs, i);
    const partner = i === 2 ? lora?.b : i === 3 ? lora?.a : undefined;
    const zero = dx.zero || (partner?.zero ?? false) || lora?.scale === 0;
    results[i] = { grad: gradientLeaf(context, parameter, zero), fused: true };
  }
  return results;
};

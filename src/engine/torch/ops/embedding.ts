// Gathers rows of the embedding table by token id: the frozen table, with an adapter on it or not, or its trainable copy. The frozen
// table has no gradient; what trains gets its own from the gradient of the rows.

import { embedding as kernel } from '../../../shaders/embedding/embedding.ts';
import { embeddingLora } from '../../../shaders/embedding_grad/embedding_grad.ts';
import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import { decoder } from '../../../shaders/quant/decoders.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import { embeddingBackward, loraNumbers } from './embeddingBackward.ts';
import type { EmbeddingAttributes as Attributes } from './embeddingGraph.ts';
import { adapterRows, embeddedRows } from './embeddingGraph.ts';
import { needsParts, rowsThatFit, weightRefs } from './frozenProduct.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import { tableParts } from './tableParts.ts';

type Node = TapeNode<Attributes>;

function gatherCalls(node: Node, profile: Parameters<Operation['kernels']>[1]): KernelCall<Ref>[] {
  const [ids, table] = valueAt(node.inputs, 0, 1);
  const [x] = valueAt(node.outputs, 0);
  const { n, c } = rowsAndColumns(x);
  const { weights, format, noisy, copyAt } = node.attributes;
  const v = rowsAndColumns(table).n;
  const group = { weights, format, k: c, out: v, segments: [] };
  const most = copyAt === null && needsParts(group, profile) ? rowsThatFit(group, profile) : v;
  return Array.from({ length: Math.ceil(v / most) }, (_, i) => {
    const first = i * most;
    const rows = Math.min(most, v - first);
    const part =
      most < v ? { part: { firstBlock: (first * c) / 64, blocks: Math.ceil((rows * c) / 64) } } : {};
    const buffers: Record<'ids' | 'w' | 'w_scales' | 'step' | 'x', Ref> = {
      ids: { value: ids },
      ...weightRefs({ ...group, ...part }),
      step: { buffer: 'step' },
      x: { value: x },
    };
    return call(kernel, {
      buffers,
      params: { n, c, v, first, rows, first_block: (copyAt ?? 0) / 64 },
      constants: { HAS_NOISE: noisy ? 1 : 0 },
      slots: { decode: decoder(format) },
    });
  });
}

const embeddingOperation: Operation<Attributes> = {
  name: 'embedding',
  kernels: (node, profile) => {
    const calls = gatherCalls(node, profile);
    const [ids] = valueAt(node.inputs, 0);
    const [x] = valueAt(node.outputs, 0);
    const params = loraNumbers(node);
    if (!params) return calls;
    const buffers: Record<'ids' | 'adapter' | 'x', Ref> = {
      ids: { value: ids },
      adapter: { buffer: 'adapter' },
      x: { value: x },
    };
    return [...calls, call(embeddingLora, { buffers, params })];
  },
  lower: (node, to) => {
    const [ids] = valueAt(node.inputs, 0);
    const [x] = valueAt(node.outputs, 0);
    const rows = embeddedRows(to, node);
    const { lora } = node.attributes;
    to.write(
      x,
      lora ? to.graph.add(rows, adapterRows(to, node, to.words('ids', elementCount(ids.shape)))) : rows,
    );
  },
  flops: (node) =>
    2 *
    (node.attributes.lora?.rank ?? 0) *
    rowsAndColumns(valueAt(node.outputs, 0)[0]).n *
    rowsAndColumns(valueAt(node.outputs, 0)[0]).c,
  backward: embeddingBackward,
};

/** ids [N] (buffer `ids`) → hidden states [N, C]. */
export function embedding(
  recording: Recording,
  args: { readonly rows: number; readonly path: string; readonly noisy?: boolean },
): Value {
  const { tape } = recording;
  const { base, copy, lowRank: lora } = tableParts(recording, args.path);
  const weight = base.parameters.get('weight');
  invariant(weight && base.kind.type === 'embedding', `embedding: '${args.path}' is not an embedding`);
  const ids = tape.leaf(
    'input_ids',
    [args.rows],
    { kind: 'persistent', buffer: 'ids', offset: 0 },
    { dtype: 'int64' },
  );
  const weights = copy ? 'adapter' : `weights/${args.path}`;
  const table =
    copy?.value ??
    recording.parameter(weight, recording.path(`${args.path}.weight`), {
      kind: 'persistent',
      buffer: weights,
      offset: 0,
    });
  const { width } = base.kind;
  const [x] = tape.record<Attributes>({
    operation: embeddingOperation,
    inputs: [ids, table, ...(lora ? [lora.a, lora.b] : [])],
    outputs: [
      {
        name: args.path,
        shape: [args.rows, width],
        gradFn: lora ? 'AddBackward0' : 'EmbeddingBackward0',
      },
    ],
    attributes: {
      weights,
      format: copy ? 'none' : recording.weightFormat(args.path),
      noisy: (args.noisy ?? false) && base.training,
      copyAt: copy?.offset ?? null,
      lora,
    },
    path: args.path,
  });
  invariant(x, 'embedding recorded no output');
  return x;
}

// Rotary position embedding, in place on the first `dims` of each head in the q and k columns of q|k|v [N, (H+2G)·D]; backward is the inverse rotation.

import { call } from '../../../shaders/kernel.ts';
import { rope as kernel, ropeParts } from '../../../shaders/rope/rope.ts';
import { invariant } from '../../ground/errors.ts';
import type { Tensor } from '../autograd/graph.ts';
import type { Lowering } from '../autograd/lowering.ts';
import type { Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import type { BatchShape } from '../recording.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import { rowsByPosition } from './positionsGraph.ts';

export interface HeadShape {
  readonly batch: BatchShape;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** Where each token's document begins, if rows hold many: a binding for the kernels, their constant. */
export const documentsRef = ({ batch }: Pick<HeadShape, 'batch'>): Ref =>
  batch.packed ? { buffer: 'documents' } : { buffer: 'dummy' };
export const hasDocuments = ({ batch }: Pick<HeadShape, 'batch'>) => ({
  HAS_DOCUMENTS: batch.packed ? 1 : 0,
});

/** Which of the model's tables turns heads, and how many of their first dimensions. */
export interface RopeTable {
  readonly table: number;
  readonly dims: number;
}

/** Buffer of a table of rotations, [positions, dims/2]. */
export const rotationBuffer = (part: 'cos' | 'sin', table: number): string =>
  table === 0 ? `rope_${part}` : `rope_${part}.${table}`;

interface Attributes extends HeadShape {
  readonly rotation: RopeTable;
  readonly sign: 1 | -1;
}

function numbers(node: TapeNode<Attributes>) {
  const { batch, heads, kvHeads, headDim, rotation, sign } = node.attributes;
  return {
    n: batch.rows * batch.tokens,
    t: batch.tokens,
    stride: (heads + 2 * kvHeads) * headDim,
    q_offset: 0,
    k_offset: heads * headDim,
    heads_q: heads,
    heads_k: kvHeads,
    d: headDim,
    dims: rotation.dims,
    sign,
  };
}

function tableRefs({
  attributes,
}: TapeNode<Attributes>): Record<'cos_table' | 'sin_table' | 'documents' | 'step', Ref> {
  return {
    cos_table: { buffer: rotationBuffer('cos', attributes.rotation.table) },
    sin_table: { buffer: rotationBuffer('sin', attributes.rotation.table) },
    documents: documentsRef(attributes),
    step: { buffer: 'step' },
  };
}

/** q|k|v with the first `dims` numbers of each head of q and k turned. */
function rotated({ attributes }: TapeNode<Attributes>, to: Lowering, x: Tensor): Tensor {
  const { batch, heads, kvHeads, headDim: d, rotation, sign } = attributes;
  const { graph } = to;
  const { dims, table } = rotation;
  const half = dims / 2;
  const angles = (part: 'cos' | 'sin'): Tensor =>
    rowsByPosition(to, batch, { buffer: rotationBuffer(part, table), width: half }, [1, half]);
  const [cos, sin] = [angles('cos'), angles('sin')];
  const turned = (heads + kvHeads) * d;
  const both = graph.reshape(graph.slice(x, 1, 0, turned), [0, heads + kvHeads, d]);
  const [a, b] = [graph.slice(both, 2, 0, half), graph.slice(both, 2, half, dims)];
  const [first, second] = sign === 1 ? (['Sub', 'Add'] as const) : (['Add', 'Sub'] as const);
  const parts = [
    graph.op(first, [graph.mul(a, cos), graph.mul(b, sin)]),
    graph.op(second, [graph.mul(b, cos), graph.mul(a, sin)]),
    ...(dims < d ? [graph.slice(both, 2, dims, d)] : []),
  ];
  const qk = graph.reshape(graph.concat(parts, 2), [0, turned]);
  return graph.concat([qk, graph.slice(x, 1, turned, turned + kvHeads * d)], 1);
}

const ropeOperation: Operation<Attributes> = {
  name: 'rope',
  cheap: true,
  inPlace: { output: 0, input: 0 },
  kernels: (node) => {
    const [x] = valueAt(node.outputs, 0);
    const buffers = { ...tableRefs(node), x: { value: x } };
    return [call(kernel, { buffers, params: numbers(node), constants: hasDocuments(node.attributes) })];
  },
  joinsSum: (node, _, sum) => {
    const { heads, kvHeads, sign } = node.attributes;
    if (sum.hasResidual || sign !== 1) return null;
    const [x] = valueAt(node.outputs, 0);
    const { n, t, stride, d, dims } = numbers(node);
    const buffers = { ...tableRefs(node), parts: sum.refs.parts, x: { value: x } };
    const params = { n, t, stride, turned: heads + kvHeads, d, dims, terms: sum.terms };
    return {
      kernels: [call(ropeParts, { buffers, params, constants: hasDocuments(node.attributes) })],
      taken: 0,
    };
  },
  lower: (node, to) => {
    const [x] = valueAt(node.inputs, 0);
    const [y] = valueAt(node.outputs, 0);
    to.write(y, rotated(node, to, to.read(x)));
  },
  flops: (node) => {
    const { batch, heads, kvHeads, rotation } = node.attributes;
    return 3 * batch.rows * batch.tokens * (heads + kvHeads) * rotation.dims;
  },
  backward: (context) => {
    const grad = context.gradOf(0);
    if (!grad) return [null];
    const [qkv] = valueAt(context.node.inputs, 0);
    const [rotated] = context.record<Attributes>({
      operation: ropeOperation,
      inputs: [grad],
      outputs: [
        {
          name: `${qkv.name}.grad`,
          shape: grad.shape,
          gradFn: null,
          storage: { kind: 'alias', of: grad, offset: 0 },
          zero: grad.zero,
        },
      ],
      attributes: { ...context.node.attributes, sign: -1 },
      path: context.node.path,
    });
    return [rotated ? { grad: rotated, fused: false } : null];
  },
};

/** What a rotation says to whoever does it in passing; null for any other node than one of `from`. */
export function turnOf(
  from: Value | undefined,
  node: TapeNode | TapeNode<Attributes> | undefined,
  sign: 1 | -1,
): Turn | null {
  if (!node || node.inputs[0] !== from || !isRope(node) || node.attributes.sign !== sign) return null;
  const { batch, rotation } = node.attributes;
  const [made] = valueAt(node.outputs, 0);
  const { HAS_DOCUMENTS } = hasDocuments(node.attributes);
  return { refs: tableRefs(node), t: batch.tokens, dims: rotation.dims, HAS_DOCUMENTS, made };
}

interface Turn {
  readonly refs: Readonly<Record<'cos_table' | 'sin_table' | 'documents' | 'step', Ref>>;
  readonly t: number;
  readonly dims: number;
  readonly HAS_DOCUMENTS: number;
  /** q|k|v turned. */
  readonly made: Value;
}

const isRope = (node: TapeNode | TapeNode<Attributes>): node is TapeNode<Attributes> =>
  node.operation.name === ropeOperation.name;

export interface RopeArguments extends HeadShape {
  readonly qkv: Value;
  readonly rotation: RopeTable;
  readonly path: string;
}

export function rope(tape: Tape, args: RopeArguments): Value {
  const { qkv, path, ...shape } = args;
  rowsAndColumns(qkv);
  const [out] = tape.record<Attributes>({
    operation: ropeOperation,
    inputs: [qkv],
    outputs: [
      {
        name: path,
        shape: qkv.shape,
        gradFn: 'AddBackward0',
        storage: { kind: 'alias', of: qkv, offset: 0 },
      },
    ],
    attributes: { ...shape, sign: 1 },
    path,
  });
  invariant(out, 'rope recorded no output');
  return out;
}

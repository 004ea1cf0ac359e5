// Rotary position embedding, in place on the q and k columns of q|k|v [N, (H+2G)·D]; backward is the inverse rotation.

import { call } from '../../../shaders/kernel.ts';
import { rope as kernel } from '../../../shaders/rope/rope.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import type { BatchShape } from '../recording.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

export interface HeadShape {
  readonly batch: BatchShape;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** Where each token's document begins, if rows hold many: a binding for the kernels, their constant. */
export const documentsRef = ({ batch }: HeadShape): Ref =>
  batch.packed ? { buffer: 'documents' } : { buffer: 'dummy' };
export const hasDocuments = ({ batch }: HeadShape) => ({ HAS_DOCUMENTS: batch.packed ? 1 : 0 });

interface Attributes extends HeadShape {
  readonly sign: 1 | -1;
}

function numbers(node: TapeNode<Attributes>) {
  const { batch, heads, kvHeads, headDim, sign } = node.attributes;
  return {
    n: batch.rows * batch.tokens,
    t: batch.tokens,
    stride: (heads + 2 * kvHeads) * headDim,
    q_offset: 0,
    k_offset: heads * headDim,
    heads_q: heads,
    heads_k: kvHeads,
    d: headDim,
    sign,
  };
}

const ropeOperation: Operation<Attributes> = {
  name: 'rope',
  inPlace: { output: 0, input: 0 },
  kernels: (node) => {
    const [x] = valueAt(node.outputs, 0);
    const buffers: Record<'cos_table' | 'sin_table' | 'documents' | 'step' | 'x', Ref> = {
      cos_table: { buffer: 'rope_cos' },
      sin_table: { buffer: 'rope_sin' },
      documents: documentsRef(node.attributes),
      step: { buffer: 'step' },
      x: { value: x },
    };
    return [call(kernel, { buffers, params: numbers(node), constants: hasDocuments(node.attributes) })];
  },
  flops: (node) => {
    const { batch, heads, kvHeads, headDim } = node.attributes;
    return 3 * batch.rows * batch.tokens * (heads + kvHeads) * headDim;
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

export function rope(tape: Tape, args: HeadShape & { readonly qkv: Value; readonly path: string }): Value {
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

// The norms of each head of q and of k in q|k|v [N, (H+2G)·D], before they are turned. Their weights are frozen.

import {
  headNormBackward as backwardKernel,
  headNorm as kernel,
} from '../../../shaders/head_norm/head_norm.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import type { HeadShape } from './rope.ts';

interface Attributes {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly eps: number;
  readonly offset: number;
  /** Paths of the norms: their weights are `weights/<path>`. */
  readonly q: string;
  readonly k: string;
}

const weights = ({ attributes: { q, k } }: TapeNode<Attributes>): Record<'w_q' | 'w_k', Ref> => ({
  w_q: { buffer: `weights/${q}` },
  w_k: { buffer: `weights/${k}` },
});

function numbers({ inputs, attributes }: TapeNode<Attributes>) {
  const { heads, kvHeads, headDim, offset } = attributes;
  const [x] = valueAt(inputs, 0);
  return { n: rowsAndColumns(x).n, heads, kv_heads: kvHeads, d: headDim, offset };
}

const headNormOperation: Operation<Attributes> = {
  name: 'head_norm',
  kernels: (node) => {
    const [x] = valueAt(node.inputs, 0);
    const [y, rstd] = valueAt(node.outputs, 0, 1);
    const buffers = { ...weights(node), x: { value: x }, y: { value: y }, rstd: { value: rstd } };
    return [call(kernel, { buffers, params: { ...numbers(node), eps: node.attributes.eps } })];
  },
  flops: (node) => 5 * elementCount(node.inputs[0]?.shape ?? []),
  backward: (context) => {
    const dy = context.gradOf(0);
    if (!dy || !context.needs(0)) return [null];
    const [x] = valueAt(context.node.inputs, 0);
    const [, rstd] = valueAt(context.node.outputs, 0, 1);
    const [dx] = context.record<Attributes>({
      operation: headNormBackwardOperation,
      inputs: [dy, context.saved(x), context.saved(rstd)],
      outputs: [{ name: `${x.name}.grad`, shape: x.shape, gradFn: null, zero: dy.zero }],
      attributes: context.node.attributes,
      path: context.node.path,
    });
    return [dx ? { grad: dx, fused: false } : null];
  },
};

const headNormBackwardOperation: Operation<Attributes> = {
  name: 'head_norm_backward',
  backward: 'none',
  kernels: (node) => {
    const [dy, x, rstd] = valueAt(node.inputs, 0, 1, 2);
    const [dx] = valueAt(node.outputs, 0);
    const values = { dy: { value: dy }, x: { value: x }, rstd: { value: rstd }, dx: { value: dx } };
    return [call(backwardKernel, { buffers: { ...weights(node), ...values }, params: numbers(node) })];
  },
  flops: (node) => 8 * elementCount(node.inputs[0]?.shape ?? []),
};

export interface HeadNormArguments extends HeadShape {
  readonly qkv: Value;
  /** Paths of the norms in the causal LM. */
  readonly norms: { readonly q: string; readonly k: string };
  readonly path: string;
}

/** q|k|v with q's and k's heads normed. Notes what hooks on the norms would see. */
export function headNorm(recording: Recording, args: HeadNormArguments): Value {
  const { tape } = recording;
  const { qkv, norms, path, heads, kvHeads, headDim } = args;
  const { kind } = recording.module(norms.q);
  invariant(kind.type === 'norm', `'${norms.q}' is not a norm`);
  const { n } = rowsAndColumns(qkv);
  const [y] = tape.record<Attributes>({
    operation: headNormOperation,
    inputs: [qkv],
    outputs: [
      { name: path, shape: qkv.shape, gradFn: 'MulBackward0' },
      { name: `${path}.rstd`, shape: [n, heads + kvHeads], gradFn: null },
    ],
    attributes: { heads, kvHeads, headDim, eps: kind.eps, offset: kind.offset ?? 0, ...norms },
    path,
  });
  invariant(y, 'head_norm recorded no output');
  for (const norm of [norms.q, norms.k]) tape.noteModule(recording.path(norm), y);
  return y;
}

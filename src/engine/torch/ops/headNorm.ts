// The norms of each head of q and of k in q|k|v [N, (H+2G)·D], before they are turned. Their weights are the norms' own, frozen,
// or trainable copies in the adapter buffer, which get gradients.

import {
  headNormBackward as backwardKernel,
  headNormGrad as gradKernel,
  headNorm as kernel,
  headNormTurned as turnedKernel,
} from '../../../shaders/head_norm/head_norm.ts';
import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';
import type { Tensor } from '../autograd/graph.ts';
import type { Lowering } from '../autograd/lowering.ts';
import type { NodeContext, Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { InputGradient, Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import { gradientLeaf } from './gradientLeaf.ts';
import { gradientSplits } from './loraOperations.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import { normBackward, rootOverMean } from './normGraph.ts';
import { normWeights } from './normWeights.ts';
import type { HeadShape } from './rope.ts';
import { turnOf } from './rope.ts';
import { columnSlices, headLanes, sharesSums } from './sums.ts';

interface Attributes {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly eps: number;
  readonly offset: number;
  /** Floats of the whole adapter: the row length of `grads`. */
  readonly adapterTotal: number;
}

function numbers({ inputs, attributes }: TapeNode<Attributes>) {
  const { heads, kvHeads, headDim, offset } = attributes;
  const [x] = valueAt(inputs, 0);
  return { n: rowsAndColumns(x).n, heads, kv_heads: kvHeads, d: headDim, offset };
}

/** Heads of q and k [N, H+G, D] of q|k|v, its v, and how they are put together again. */
function parts({ heads, kvHeads, headDim: d }: Attributes, { graph }: Lowering, qkv: Tensor) {
  const normed = (heads + kvHeads) * d;
  return {
    heads: graph.reshape(graph.slice(qkv, 1, 0, normed), [0, heads + kvHeads, d]),
    rest: graph.slice(qkv, 1, normed, normed + kvHeads * d),
    joined: (made: Tensor, rest: Tensor): Tensor => graph.concat([graph.reshape(made, [0, normed]), rest], 1),
  };
}

/** The weight of every head, [H+G, D]. */
function weightsOf(attributes: Attributes, to: Lowering, q: Value, k: Value): Tensor {
  const { heads, kvHeads, headDim: d, offset } = attributes;
  const { graph } = to;
  const spread = (w: Value, count: number): Tensor =>
    graph.op('Expand', [graph.plus(to.read(w), offset), graph.integers([count, d])]);
  return graph.concat([spread(q, heads), spread(k, kvHeads)], 0);
}

function forwardRefs({
  inputs,
  outputs,
}: Pick<TapeNode, 'inputs' | 'outputs'>): Record<'x' | 'w_q' | 'w_k' | 'y' | 'rstd', Ref> {
  const [x, q, k] = valueAt(inputs, 0, 1, 2);
  const [y, rstd] = valueAt(outputs, 0, 1);
  return {
    x: { value: x },
    w_q: { value: q },
    w_k: { value: k },
    y: { value: y },
    rstd: { value: rstd },
  };
}

/** Inputs [x, w_q, w_k] → y, rstd. */
const headNormOperation: Operation<Attributes> = {
  name: 'head_norm',
  cheap: true,
  kernels: (node, profile) => {
    const params = { ...numbers(node), eps: node.attributes.eps };
    return [call(kernel, { buffers: forwardRefs(node), params, constants: headLanes(profile) })];
  },
  joins: (node, [next], profile) => {
    const turn = turnOf(node.outputs[0], next, 1);
    if (!turn || !sharesSums(profile)) return null;
    const { t, dims, HAS_DOCUMENTS, refs } = turn;
    const both: KernelCall<Ref> = call(turnedKernel, {
      buffers: { ...forwardRefs(node), ...refs, y: { value: turn.made } },
      params: { ...numbers(node), eps: node.attributes.eps, t, dims },
      constants: { ...headLanes(profile), HAS_DOCUMENTS },
    });
    return { kernels: [both], taken: 1 };
  },
  lower: (node, to) => {
    const [x, q, k] = valueAt(node.inputs, 0, 1, 2);
    const [y, rstd] = valueAt(node.outputs, 0, 1);
    const { graph } = to;
    const { heads, rest, joined } = parts(node.attributes, to, to.read(x));
    const r = rootOverMean(graph, heads, 2, node.attributes.eps);
    to.write(rstd, r);
    to.write(y, joined(graph.mul(graph.mul(heads, r), weightsOf(node.attributes, to, q, k)), rest));
  },
  flops: (node) => 5 * elementCount(node.inputs[0]?.shape ?? []),
  backward: (context) => {
    const dy = context.gradOf(0);
    if (!dy) return [null, null, null];
    const [x, q, k] = valueAt(context.node.inputs, 0, 1, 2);
    const [, rstd] = valueAt(context.node.outputs, 0, 1);
    const { heads, kvHeads } = context.node.attributes;
    const own = [
      context.needs(1) ? weightGradient(context, dy, q, [0, heads]) : null,
      context.needs(2) ? weightGradient(context, dy, k, [heads, kvHeads]) : null,
    ];
    if (!context.needs(0)) return [null, ...own];
    const [dx] = context.record<Attributes>({
      operation: headNormBackwardOperation,
      inputs: [dy, context.saved(x), context.saved(rstd), q, k],
      outputs: [{ name: `${x.name}.grad`, shape: x.shape, gradFn: null, zero: dy.zero }],
      attributes: context.node.attributes,
      path: context.node.path,
    });
    return [dx ? { grad: dx, fused: false } : null, ...own];
  },
};

interface GradAttributes extends Attributes {
  readonly first: number;
  readonly count: number;
  /** Of the weight in the adapter buffer. */
  readonly at: number;
}

/** Of a weight in the adapter buffer, of `count` heads from `first` on. */
function weightGradient(
  context: NodeContext<Attributes>,
  dy: Value,
  weight: Value,
  [first, count]: readonly [first: number, count: number],
): InputGradient {
  const { node } = context;
  const [x] = valueAt(node.inputs, 0);
  const [, rstd] = valueAt(node.outputs, 0, 1);
  invariant(weight.storage.kind === 'persistent', 'head_norm: a trained weight outside the adapter buffer');
  context.record<GradAttributes>({
    operation: headNormGradOperation,
    inputs: [dy, context.saved(x), context.saved(rstd)],
    outputs: [],
    attributes: { ...node.attributes, first, count, at: weight.storage.offset },
    path: node.path,
  });
  return { grad: gradientLeaf(context, weight, dy.zero), fused: true };
}

/** Inputs [dy, x, rstd]; adds to the buffer `grads` [S, total]. */
const headNormGradOperation: Operation<GradAttributes> = {
  name: 'head_norm_grad',
  backward: 'none',
  effect: true,
  kernels: (node, profile) => {
    const [dy, x, rstd] = valueAt(node.inputs, 0, 1, 2);
    const { heads, kvHeads, headDim, first, count, at, adapterTotal: total } = node.attributes;
    const buffers: Record<'dy' | 'x' | 'rstd' | 'grads', Ref> = {
      dy: { value: dy },
      x: { value: x },
      rstd: { value: rstd },
      grads: { buffer: 'grads' },
    };
    const { n } = rowsAndColumns(x);
    const shape = { n, heads, kv_heads: kvHeads, d: headDim, first, count };
    const params = { ...shape, offset: at, total, splits: gradientSplits(total) };
    return [call(gradKernel, { buffers, params, constants: columnSlices(profile) })];
  },
  lower: (node, to) => {
    const [dy, x, rstd] = valueAt(node.inputs, 0, 1, 2);
    const { first, count, at } = node.attributes;
    const { graph } = to;
    const { heads } = parts(node.attributes, to, to.read(x));
    const d = parts(node.attributes, to, to.read(dy)).heads;
    const each = graph.mul(d, graph.mul(heads, to.read(rstd)));
    to.addGradient(at, graph.total(graph.slice(each, 1, first, first + count), [0, 1]));
  },
  flops: (node) => 3 * elementCount(node.inputs[1]?.shape ?? []),
};

/** Inputs [dy, x, rstd, w_q, w_k] → dx. */
const headNormBackwardOperation: Operation<Attributes> = {
  name: 'head_norm_backward',
  backward: 'none',
  kernels: (node, profile) => {
    const [dy, x, rstd, q, k] = valueAt(node.inputs, 0, 1, 2, 3, 4);
    const [dx] = valueAt(node.outputs, 0);
    const buffers: Record<'dy' | 'x' | 'rstd' | 'w_q' | 'w_k' | 'dx', Ref> = {
      dy: { value: dy },
      x: { value: x },
      rstd: { value: rstd },
      w_q: { value: q },
      w_k: { value: k },
      dx: { value: dx },
    };
    return [call(backwardKernel, { buffers, params: numbers(node), constants: headLanes(profile) })];
  },
  lower: (node, to) => {
    const [dy, x, rstd, q, k] = valueAt(node.inputs, 0, 1, 2, 3, 4);
    const [dx] = valueAt(node.outputs, 0);
    const { graph } = to;
    const { heads } = parts(node.attributes, to, to.read(x));
    const d = parts(node.attributes, to, to.read(dy));
    const g = graph.mul(d.heads, weightsOf(node.attributes, to, q, k));
    to.write(dx, d.joined(normBackward(graph, heads, to.read(rstd), g, 2), d.rest));
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
  const [q, k] = [normWeights(recording, norms.q), normWeights(recording, norms.k)];
  const { n } = rowsAndColumns(qkv);
  const [y] = tape.record<Attributes>({
    operation: headNormOperation,
    inputs: [qkv, q.weight, k.weight],
    outputs: [
      { name: path, shape: qkv.shape, gradFn: 'MulBackward0' },
      { name: `${path}.rstd`, shape: [n, heads + kvHeads], gradFn: null },
    ],
    attributes: {
      heads,
      kvHeads,
      headDim,
      eps: q.eps,
      offset: q.offset,
      adapterTotal: recording.layout.total,
    },
    path,
  });
  invariant(y, 'head_norm recorded no output');
  for (const copy of [q.copy, k.copy]) if (copy !== null) tape.noteModule(copy, y);
  for (const norm of [norms.q, norms.k]) tape.noteModule(recording.path(norm), y);
  return y;
}

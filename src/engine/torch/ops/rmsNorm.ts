// y = x / rms(x) · w, row by row. Backward adds to a pending gradient in passing (the residual stream). w is the norm's own, frozen, or
// its trainable copy in the adapter buffer, which gets a gradient.

import { call } from '../../../shaders/kernel.ts';
import {
  rmsNormGrad as gradKernel,
  rmsNorm as normKernel,
  rmsNormBackward,
  rmsNormBackwardRows,
  rmsNormRows,
} from '../../../shaders/rms_norm/rms_norm.ts';
import { invariant } from '../../ground/errors.ts';
import type { KernelProfile, NodeContext, Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { InputGradient, Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import { gradientLeaf } from './gradientLeaf.ts';
import { downNormedCall, downOf, upBackwardNormedCall } from './loraFused.ts';
import { gradientSplits } from './loraOperations.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import { normBackward, rootOverMean } from './normGraph.ts';
import { normWeights } from './normWeights.ts';
import { columnSlices, rowLanes } from './sums.ts';

interface Attributes {
  readonly eps: number;
  /** Added to the weight. */
  readonly offset: number;
  /** Floats of the whole adapter: the row length of `grads`. */
  readonly adapterTotal: number;
}

interface BackwardAttributes {
  readonly offset: number;
  readonly hasResidual: boolean;
}

type Places = Pick<TapeNode, 'inputs' | 'outputs'>;

function forwardRefs(node: Places): Record<'x' | 'w' | 'y' | 'rstd', Ref> {
  const [x, w] = valueAt(node.inputs, 0, 1);
  const [y, rstd] = valueAt(node.outputs, 0, 1);
  return { x: { value: x }, w: { value: w }, y: { value: y }, rstd: { value: rstd } };
}

/** The pending gradient too, if there is one. */
function backwardRefs(node: Places): Record<'dy' | 'x' | 'w' | 'rstd' | 'residual' | 'dx', Ref> {
  const [dy, x, w, rstd] = valueAt(node.inputs, 0, 1, 2, 3);
  const [dx] = valueAt(node.outputs, 0);
  const residual = node.inputs[4];
  return {
    dy: { value: dy },
    x: { value: x },
    w: { value: w },
    rstd: { value: rstd },
    residual: residual ? { value: residual } : { buffer: 'dummy' },
    dx: { value: dx },
  };
}
/** Whether an invocation takes a row; the same bits either way. */
const byRows = (c: number, { sums }: KernelProfile): boolean => sums !== 'workgroup' && c % 4 === 0;

const rmsNormOperation: Operation<Attributes> = {
  name: 'rms_norm',
  cheap: true,
  kernels: (node, profile) => {
    const { n, c } = rowsAndColumns(valueAt(node.inputs, 0)[0]);
    const { eps, offset } = node.attributes;
    const own = { buffers: forwardRefs(node), params: { n, c, eps, offset } };
    if (byRows(c, profile)) return [call(rmsNormRows, own)];
    return [call(normKernel, { ...own, constants: rowLanes(profile) })];
  },
  joins: (node, [next], profile) => {
    const narrow = downOf(valueAt(node.outputs, 0)[0], next, profile);
    const { eps, offset } = node.attributes;
    return narrow && { kernels: [downNormedCall(narrow, forwardRefs(node), { eps, offset })], taken: 1 };
  },
  lower: (node, to) => {
    const [x, w] = valueAt(node.inputs, 0, 1);
    const [y, rstd] = valueAt(node.outputs, 0, 1);
    const { eps, offset } = node.attributes;
    const { graph } = to;
    const own = to.read(x);
    const r = rootOverMean(graph, own, 1, eps);
    to.write(rstd, r);
    to.write(y, graph.mul(graph.mul(own, r), graph.plus(to.read(w), offset)));
  },
  flops: (node) => 5 * elementCount(node.inputs[0]?.shape ?? []),
  backward: (context) => {
    const dy = context.gradOf(0);
    if (!dy) return [null, null];
    const [x, w] = valueAt(context.node.inputs, 0, 1);
    const [, rstd] = valueAt(context.node.outputs, 0, 1);
    const dw = context.needs(1) ? weightGradient(context, dy) : null;
    if (!context.needs(0)) return [null, dw];
    const pending = context.pending(0);
    const [dx] = context.record<BackwardAttributes>({
      operation: rmsNormBackwardOperation,
      inputs: [dy, context.saved(x), w, context.saved(rstd), ...(pending ? [pending] : [])],
      outputs: [
        { name: `${x.name}.grad`, shape: x.shape, gradFn: null, zero: dy.zero && (pending?.zero ?? true) },
      ],
      attributes: { hasResidual: pending !== null, offset: context.node.attributes.offset },
      path: context.node.path,
    });
    return [dx ? { grad: dx, fused: pending !== null } : null, dw];
  },
};

/** Of a weight in the adapter buffer. */
function weightGradient(context: NodeContext<Attributes>, dy: Value): InputGradient {
  const { node } = context;
  const [x, w] = valueAt(node.inputs, 0, 1);
  const [, rstd] = valueAt(node.outputs, 0, 1);
  invariant(w.storage.kind === 'persistent', 'rms_norm: a trained weight outside the adapter buffer');
  const { adapterTotal: total } = node.attributes;
  context.record<GradAttributes>({
    operation: rmsNormGradOperation,
    inputs: [dy, context.saved(x), context.saved(rstd)],
    outputs: [],
    attributes: { offset: w.storage.offset, total, splits: gradientSplits(total) },
    path: node.path,
  });
  return { grad: gradientLeaf(context, w, dy.zero), fused: true };
}

interface GradAttributes {
  readonly offset: number;
  readonly total: number;
  readonly splits: number;
}

/** Inputs [dy, x, rstd]; adds to the buffer `grads` [S, total]. */
const rmsNormGradOperation: Operation<GradAttributes> = {
  name: 'rms_norm_grad',
  backward: 'none',
  effect: true,
  kernels: (node, profile) => {
    const [dy, x, rstd] = valueAt(node.inputs, 0, 1, 2);
    const buffers: Record<'dy' | 'x' | 'rstd' | 'grads', Ref> = {
      dy: { value: dy },
      x: { value: x },
      rstd: { value: rstd },
      grads: { buffer: 'grads' },
    };
    const params = { ...rowsAndColumns(x), ...node.attributes };
    return [call(gradKernel, { buffers, params, constants: columnSlices(profile) })];
  },
  lower: (node, to) => {
    const [dy, x, rstd] = valueAt(node.inputs, 0, 1, 2);
    const { graph } = to;
    const normed = graph.mul(to.read(x), to.read(rstd));
    to.addGradient(node.attributes.offset, graph.total(graph.mul(to.read(dy), normed)));
  },
  flops: (node) => 3 * elementCount(node.inputs[1]?.shape ?? []),
};

const rmsNormBackwardOperation: Operation<BackwardAttributes> = {
  name: 'rms_norm_backward',
  backward: 'none',
  kernels: (node, profile) => {
    const { n, c } = rowsAndColumns(valueAt(node.inputs, 1)[0]);
    const { offset, hasResidual } = node.attributes;
    const constants = { HAS_RESIDUAL: hasResidual ? 1 : 0 };
    const own = { buffers: backwardRefs(node), params: { n, c, offset }, constants };
    if (byRows(c, profile)) return [call(rmsNormBackwardRows, own)];
    return [call(rmsNormBackward, { ...own, constants: { ...constants, ...rowLanes(profile) } })];
  },
  joins: (node, [next], profile) => {
    const [dx] = valueAt(node.outputs, 0);
    const both = upBackwardNormedCall(dx, next, profile, backwardRefs(node), node.attributes);
    return both && { kernels: [both], taken: 1 };
  },
  lower: (node, to) => {
    const [dy, x, w, rstd] = valueAt(node.inputs, 0, 1, 2, 3);
    const [dx] = valueAt(node.outputs, 0);
    const residual = node.inputs[4];
    const { graph } = to;
    const weight = graph.plus(to.read(w), node.attributes.offset);
    const made = normBackward(graph, to.read(x), to.read(rstd), graph.mul(to.read(dy), weight), 1);
    to.write(dx, residual ? graph.add(made, to.read(residual)) : made);
  },
  flops: (node) => 8 * elementCount(node.inputs[1]?.shape ?? []),
};

/** x [N, C] through the norm at `path` of the causal LM. Notes what hooks on it and on its copy would see. */
export function rmsNorm(recording: Recording, x: Value, path: string): Value {
  const { tape } = recording;
  const { n } = rowsAndColumns(x);
  const { weight, eps, offset, copy } = normWeights(recording, path);
  const [y] = tape.record<Attributes>({
    operation: rmsNormOperation,
    inputs: [x, weight],
    outputs: [
      { name: path, shape: x.shape, gradFn: 'MulBackward0' },
      { name: `${path}.rstd`, shape: [n], gradFn: null },
    ],
    attributes: { eps, offset, adapterTotal: recording.layout.total },
    path,
  });
  invariant(y, 'rms_norm recorded no output');
  if (copy !== null) tape.noteModule(copy, y);
  tape.noteModule(recording.path(path), y);
  return y;
}

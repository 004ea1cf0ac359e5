// y = (x − mean) / deviation · w + b, row by row. Backward adds to a pending gradient in passing (the residual stream). w and b are the norm's own,
// frozen, or their trainable copies in the adapter buffer, which get gradients.

import { call } from '../../../shaders/kernel.ts';
import {
  layerNormBackward as backwardKernel,
  layerNorm as forwardKernel,
  layerNormGrad as gradKernel,
} from '../../../shaders/layer_norm/layer_norm.ts';
import { invariant } from '../../ground/errors.ts';
import type { NodeContext, Operation, Ref } from '../autograd/operation.ts';
import type { InputGradient, Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import { gradientLeaf } from './gradientLeaf.ts';
import { gradientSplits } from './loraOperations.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import { rootOverMean } from './normGraph.ts';
import { normWeights } from './normWeights.ts';
import { columnSlices, rowLanes } from './sums.ts';

interface Attributes {
  readonly eps: number;
  /** Floats of the whole adapter: the row length of `grads`. */
  readonly adapterTotal: number;
}

const layerNormOperation: Operation<Attributes> = {
  name: 'layer_norm',
  cheap: true,
  kernels: (node, profile) => {
    const [x, w, b] = valueAt(node.inputs, 0, 1, 2);
    const [y, mean, rstd] = valueAt(node.outputs, 0, 1, 2);
    const buffers: Record<'x' | 'w' | 'b' | 'y' | 'mean' | 'rstd', Ref> = {
      x: { value: x },
      w: { value: w },
      b: { value: b },
      y: { value: y },
      mean: { value: mean },
      rstd: { value: rstd },
    };
    const params = { ...rowsAndColumns(x), eps: node.attributes.eps };
    return [call(forwardKernel, { buffers, params, constants: rowLanes(profile) })];
  },
  lower: (node, to) => {
    const [x, w, b] = valueAt(node.inputs, 0, 1, 2);
    const [y, mean, rstd] = valueAt(node.outputs, 0, 1, 2);
    const { graph } = to;
    const own = to.read(x);
    const middle = graph.mean(own, [1]);
    const centred = graph.sub(own, middle);
    const r = rootOverMean(graph, centred, 1, node.attributes.eps);
    to.write(mean, middle);
    to.write(rstd, r);
    to.write(y, graph.add(graph.mul(graph.mul(centred, r), to.read(w)), to.read(b)));
  },
  flops: (node) => 8 * elementCount(node.inputs[0]?.shape ?? []),
  backward: (context) => {
    const dy = context.gradOf(0);
    if (!dy) return [null, null, null];
    const [x, w] = valueAt(context.node.inputs, 0, 1);
    const [, mean, rstd] = valueAt(context.node.outputs, 0, 1, 2);
    const own = context.needs(1) || context.needs(2) ? ownGradients(context, dy) : [null, null];
    if (!context.needs(0)) return [null, ...own];
    const pending = context.pending(0);
    const [dx] = context.record<null>({
      operation: layerNormBackwardOperation,
      inputs: [
        dy,
        context.saved(x),
        w,
        context.saved(mean),
        context.saved(rstd),
        ...(pending ? [pending] : []),
      ],
      outputs: [
        { name: `${x.name}.grad`, shape: x.shape, gradFn: null, zero: dy.zero && (pending?.zero ?? true) },
      ],
      attributes: null,
      path: context.node.path,
    });
    return [dx ? { grad: dx, fused: pending !== null } : null, ...own];
  },
};

/** Of weight and bias in the adapter buffer. */
function ownGradients(context: NodeContext<Attributes>, dy: Value): InputGradient[] {
  const { node } = context;
  const [x, w, b] = valueAt(node.inputs, 0, 1, 2);
  const [, mean, rstd] = valueAt(node.outputs, 0, 1, 2);
  invariant(
    w.storage.kind === 'persistent' && b.storage.kind === 'persistent',
    'layer_norm: trained numbers outside the adapter buffer',
  );
  const { adapterTotal: total } = node.attributes;
  context.record<GradAttributes>({
    operation: layerNormGradOperation,
    inputs: [dy, context.saved(x), context.saved(mean), context.saved(rstd)],
    outputs: [],
    attributes: {
      offset: w.storage.offset,
      bias_offset: b.storage.offset,
      total,
      splits: gradientSplits(total),
    },
    path: node.path,
  });
  return [w, b].map((value) => ({ grad: gradientLeaf(context, value, dy.zero), fused: true }));
}

interface GradAttributes {
  readonly offset: number;
  readonly bias_offset: number;
  readonly total: number;
  readonly splits: number;
}

/** Inputs [dy, x, mean, rstd]; adds to the buffer `grads` [S, total]. */
const layerNormGradOperation: Operation<GradAttributes> = {
  name: 'layer_norm_grad',
  backward: 'none',
  effect: true,
  kernels: (node, profile) => {
    const [dy, x, mean, rstd] = valueAt(node.inputs, 0, 1, 2, 3);
    const buffers: Record<'dy' | 'x' | 'mean' | 'rstd' | 'grads', Ref> = {
      dy: { value: dy },
      x: { value: x },
      mean: { value: mean },
      rstd: { value: rstd },
      grads: { buffer: 'grads' },
    };
    const params = { ...rowsAndColumns(x), ...node.attributes };
    return [call(gradKernel, { buffers, params, constants: columnSlices(profile) })];
  },
  lower: (node, to) => {
    const [dy, x, mean, rstd] = valueAt(node.inputs, 0, 1, 2, 3);
    const { offset, bias_offset: biasOffset } = node.attributes;
    const { graph } = to;
    const normed = graph.mul(graph.sub(to.read(x), to.read(mean)), to.read(rstd));
    to.addGradient(offset, graph.total(graph.mul(to.read(dy), normed)));
    to.addGradient(biasOffset, graph.total(to.read(dy)));
  },
  flops: (node) => 5 * elementCount(node.inputs[1]?.shape ?? []),
};

/** Inputs [dy, x, w, mean, rstd, pending?] → dx [N, C]. */
const layerNormBackwardOperation: Operation<null> = {
  name: 'layer_norm_backward',
  backward: 'none',
  kernels: (node, profile) => {
    const [dy, x, w, mean, rstd] = valueAt(node.inputs, 0, 1, 2, 3, 4);
    const [dx] = valueAt(node.outputs, 0);
    const residual = node.inputs[5];
    const buffers: Record<'dy' | 'x' | 'w' | 'mean' | 'rstd' | 'residual' | 'dx', Ref> = {
      dy: { value: dy },
      x: { value: x },
      w: { value: w },
      mean: { value: mean },
      rstd: { value: rstd },
      residual: residual ? { value: residual } : { buffer: 'dummy' },
      dx: { value: dx },
    };
    const constants = { ...rowLanes(profile), HAS_RESIDUAL: residual ? 1 : 0 };
    return [call(backwardKernel, { buffers, params: rowsAndColumns(x), constants })];
  },
  lower: (node, to) => {
    const [dy, x, w, mean, rstd] = valueAt(node.inputs, 0, 1, 2, 3, 4);
    const [dx] = valueAt(node.outputs, 0);
    const residual = node.inputs[5];
    const { graph } = to;
    const g = graph.mul(to.read(dy), to.read(w));
    const centred = graph.sub(to.read(x), to.read(mean));
    const level = graph.sub(g, graph.mean(g, [1]));
    const normed = graph.mul(centred, to.read(rstd));
    const along = graph.mean(graph.mul(g, normed), [1]);
    const made = graph.mul(to.read(rstd), graph.sub(level, graph.mul(normed, along)));
    to.write(dx, residual ? graph.add(made, to.read(residual)) : made);
  },
  flops: (node) => 11 * elementCount(node.inputs[1]?.shape ?? []),
};

/** x [N, C] through the LayerNorm at `path` of the causal LM. Notes what hooks on it and on its copy would see. */
export function layerNorm(recording: Recording, x: Value, path: string): Value {
  const { tape } = recording;
  const { n } = rowsAndColumns(x);
  const { weight, bias, eps, copy } = normWeights(recording, path);
  invariant(bias, `'${path}' is a LayerNorm without a bias`);
  const [y] = tape.record<Attributes>({
    operation: layerNormOperation,
    inputs: [x, weight, bias],
    outputs: [
      { name: path, shape: x.shape, gradFn: 'NativeLayerNormBackward0' },
      { name: `${path}.mean`, shape: [n], gradFn: null },
      { name: `${path}.rstd`, shape: [n], gradFn: null },
    ],
    attributes: { eps, adapterTotal: recording.layout.total },
    path,
  });
  invariant(y, 'layer_norm recorded no output');
  if (copy !== null) tape.noteModule(copy, y);
  tape.noteModule(recording.path(path), y);
  return y;
}

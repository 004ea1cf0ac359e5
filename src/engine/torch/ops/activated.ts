// h = activation(a), element by element: where no gate opens anything.

import { geluBackward, geluForward } from '../../../shaders/gelu/gelu.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import { gelu } from './activationGraph.ts';
import { valueAt } from './nodeValues.ts';

/** GELU by its tanh approximation. transformers computes gelu_new from its parts, so a product is the last of them. */
export const ACTIVATED_GRAD_FN = 'MulBackward0';

const activatedOperation: Operation<null> = {
  name: 'activated',
  cheap: true,
  kernels: (node) => {
    const [a] = valueAt(node.inputs, 0);
    const [h] = valueAt(node.outputs, 0);
    const buffers: Record<'a' | 'h', Ref> = { a: { value: a }, h: { value: h } };
    return [call(geluForward, { buffers, params: { n: elementCount(a.shape) } })];
  },
  lower: (node, to) => {
    const [a] = valueAt(node.inputs, 0);
    const [h] = valueAt(node.outputs, 0);
    to.write(h, gelu(to.graph, to.read(a)).value);
  },
  flops: (node) => 8 * elementCount(node.outputs[0]?.shape ?? []),
  backward: (context) => {
    const dh = context.gradOf(0);
    if (!dh || !context.needs(0)) return [null];
    const [a] = valueAt(context.node.inputs, 0);
    const [da] = context.record<null>({
      operation: activatedBackwardOperation,
      inputs: [dh, context.saved(a)],
      outputs: [{ name: `${a.name}.grad`, shape: a.shape, gradFn: null, zero: dh.zero }],
      attributes: null,
      path: context.node.path,
    });
    return [da ? { grad: da, fused: false } : null];
  },
};

const activatedBackwardOperation: Operation<null> = {
  name: 'activated_backward',
  backward: 'none',
  kernels: (node) => {
    const [dh, a] = valueAt(node.inputs, 0, 1);
    const [da] = valueAt(node.outputs, 0);
    const buffers: Record<'dh' | 'a' | 'da', Ref> = { dh: { value: dh }, a: { value: a }, da: { value: da } };
    return [call(geluBackward, { buffers, params: { n: elementCount(a.shape) } })];
  },
  lower: (node, to) => {
    const [dh, a] = valueAt(node.inputs, 0, 1);
    const [da] = valueAt(node.outputs, 0);
    to.write(da, to.graph.mul(to.read(dh), gelu(to.graph, to.read(a)).slope()));
  },
  flops: (node) => 14 * elementCount(node.inputs[0]?.shape ?? []),
};

/** a [N, F] → [N, F] */
export function activated(tape: Tape, a: Value, path: string): Value {
  const [h] = tape.record<null>({
    operation: activatedOperation,
    inputs: [a],
    outputs: [{ name: path, shape: a.shape, gradFn: ACTIVATED_GRAD_FN }],
    attributes: null,
    path,
  });
  invariant(h, 'activated recorded no output');
  return h;
}

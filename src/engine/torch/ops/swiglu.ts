// h = silu(gate) · up, from gate | up side by side [N, 2F].

import { call } from '../../../shaders/kernel.ts';
import { swigluBackward as backwardKernel, swiglu as forwardKernel } from '../../../shaders/swiglu/swiglu.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

const swigluOperation: Operation<null> = {
  name: 'swiglu',
  kernels: (node) => {
    const [gu] = valueAt(node.inputs, 0);
    const [h] = valueAt(node.outputs, 0);
    const { n, c: f } = rowsAndColumns(h);
    const buffers: Record<'gu' | 'h', Ref> = { gu: { value: gu }, h: { value: h } };
    return [call(forwardKernel, { buffers, params: { n, f } })];
  },
  flops: (node) => 5 * elementCount(node.outputs[0]?.shape ?? []),
  backward: (context) => {
    const dh = context.gradOf(0);
    if (!dh || !context.needs(0)) return [null];
    const [gu] = valueAt(context.node.inputs, 0);
    const [dgu] = context.record<null>({
      operation: swigluBackwardOperation,
      inputs: [dh, context.saved(gu)],
      outputs: [{ name: `${gu.name}.grad`, shape: gu.shape, gradFn: null, zero: dh.zero }],
      attributes: null,
      path: context.node.path,
    });
    return [dgu ? { grad: dgu, fused: false } : null];
  },
};

const swigluBackwardOperation: Operation<null> = {
  name: 'swiglu_backward',
  backward: 'none',
  kernels: (node) => {
    const [dh, gu] = valueAt(node.inputs, 0, 1);
    const [dgu] = valueAt(node.outputs, 0);
    const { n, c: f } = rowsAndColumns(dh);
    const buffers: Record<'dh' | 'gu' | 'dgu', Ref> = {
      dh: { value: dh },
      gu: { value: gu },
      dgu: { value: dgu },
    };
    return [call(backwardKernel, { buffers, params: { n, f } })];
  },
  flops: (node) => 12 * elementCount(node.inputs[0]?.shape ?? []),
};

/** gate | up [N, 2F] → [N, F]. */
export function swiglu(tape: Tape, args: { readonly gateUp: Value; readonly path: string }): Value {
  const { n, c } = rowsAndColumns(args.gateUp);
  const [h] = tape.record<null>({
    operation: swigluOperation,
    inputs: [args.gateUp],
    outputs: [{ name: args.path, shape: [n, c / 2], gradFn: 'MulBackward0' }],
    attributes: null,
    path: args.path,
  });
  invariant(h, 'swiglu recorded no output');
  return h;
}

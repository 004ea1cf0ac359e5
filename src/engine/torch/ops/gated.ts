// h = activation(gate) · up, from gate | up side by side [N, 2F].

import { geglu, gegluBackward } from '../../../shaders/geglu/geglu.ts';
import { call } from '../../../shaders/kernel.ts';
import { swiglu, swigluBackward } from '../../../shaders/swiglu/swiglu.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

/** `gelu_tanh`: GELU by its tanh approximation. */
export type Activation = 'silu' | 'gelu_tanh';

const kernels = {
  silu: { forward: swiglu, backward: swigluBackward, gradFn: 'SiluBackward0' },
  gelu_tanh: { forward: geglu, backward: gegluBackward, gradFn: 'GeluBackward0' },
} as const;

/** grad_fn of the activation's own output. */
export const activationGradFn = (activation: Activation): string => kernels[activation].gradFn;

const gatedOperation: Operation<Activation> = {
  name: 'gated',
  kernels: (node) => {
    const [gu] = valueAt(node.inputs, 0);
    const [h] = valueAt(node.outputs, 0);
    const { n, c: f } = rowsAndColumns(h);
    const buffers: Record<'gu' | 'h', Ref> = { gu: { value: gu }, h: { value: h } };
    return [call(kernels[node.attributes].forward, { buffers, params: { n, f } })];
  },
  flops: (node) => 5 * elementCount(node.outputs[0]?.shape ?? []),
  backward: (context) => {
    const dh = context.gradOf(0);
    if (!dh || !context.needs(0)) return [null];
    const [gu] = valueAt(context.node.inputs, 0);
    const [dgu] = context.record<Activation>({
      operation: gatedBackwardOperation,
      inputs: [dh, context.saved(gu)],
      outputs: [{ name: `${gu.name}.grad`, shape: gu.shape, gradFn: null, zero: dh.zero }],
      attributes: context.node.attributes,
      path: context.node.path,
    });
    return [dgu ? { grad: dgu, fused: false } : null];
  },
};

const gatedBackwardOperation: Operation<Activation> = {
  name: 'gated_backward',
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
    return [call(kernels[node.attributes].backward, { buffers, params: { n, f } })];
  },
  flops: (node) => 12 * elementCount(node.inputs[0]?.shape ?? []),
};

export interface GatedArguments {
  readonly gateUp: Value;
  readonly activation: Activation;
  readonly path: string;
}

/** gate | up [N, 2F] → [N, F]. */
export function gated(tape: Tape, { gateUp, activation, path }: GatedArguments): Value {
  const { n, c } = rowsAndColumns(gateUp);
  const [h] = tape.record<Activation>({
    operation: gatedOperation,
    inputs: [gateUp],
    outputs: [{ name: path, shape: [n, c / 2], gradFn: 'MulBackward0' }],
    attributes: activation,
    path,
  });
  invariant(h, 'gated recorded no output');
  return h;
}

// h = activation(gate) · up, from gate | up side by side [N, 2F].

import { geglu, gegluBackward } from '../../../shaders/geglu/geglu.ts';
import { call } from '../../../shaders/kernel.ts';
import { swigluKernels } from '../../../shaders/swiglu/swiglu.ts';
import { invariant } from '../../ground/errors.ts';
import type { Lowering } from '../autograd/lowering.ts';
import type { Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import { gelu, silu } from './activationGraph.ts';
import { downGatedCall, downGatedPartsCall, downOf, upBackwardGatedCall } from './loraFused.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

/** `gelu_tanh`: GELU by its tanh approximation. */
export type Activation = 'silu' | 'gelu_tanh';

const kernels = {
  silu: { of: swigluKernels, gradFn: 'SiluBackward0', graph: silu },
  gelu_tanh: {
    of: () => ({ forward: geglu, backward: gegluBackward }),
    gradFn: 'GeluBackward0',
    graph: gelu,
  },
} as const;

/** grad_fn of the activation's own output. */
export const activationGradFn = (activation: Activation): string => kernels[activation].gradFn;

/** gate and up of gate | up [N, 2F]. */
function halves({ attributes }: TapeNode<Activation>, to: Lowering, gu: Value) {
  const f = rowsAndColumns(gu).c / 2;
  const both = to.read(gu);
  const [a, up] = [to.graph.slice(both, 1, 0, f), to.graph.slice(both, 1, f, 2 * f)];
  return { a, up, activation: kernels[attributes].graph };
}

type Places = Pick<TapeNode, 'inputs' | 'outputs'>;

function forwardRefs(node: Places): Record<'gu' | 'h', Ref> {
  const [gu] = valueAt(node.inputs, 0);
  const [h] = valueAt(node.outputs, 0);
  return { gu: { value: gu }, h: { value: h } };
}

function backwardRefs(node: Places): Record<'dh' | 'gu' | 'dgu', Ref> {
  const [dh, gu] = valueAt(node.inputs, 0, 1);
  const [dgu] = valueAt(node.outputs, 0);
  return { dh: { value: dh }, gu: { value: gu }, dgu: { value: dgu } };
}

const gatedOperation: Operation<Activation> = {
  name: 'gated',
  cheap: true,
  kernels: (node) => {
    const [h] = valueAt(node.outputs, 0);
    const { n, c: f } = rowsAndColumns(h);
    return [call(kernels[node.attributes].of(f).forward, { buffers: forwardRefs(node), params: { n, f } })];
  },
  joins: (node, [next], profile) => {
    const narrow = node.attributes === 'silu' ? downOf(valueAt(node.outputs, 0)[0], next, profile) : null;
    return narrow && { kernels: [downGatedCall(narrow, forwardRefs(node))], taken: 1 };
  },
  joinsSum: (node, [next], sum, profile) => {
    const narrow = node.attributes === 'silu' ? downOf(valueAt(node.outputs, 0)[0], next, profile) : null;
    const both = narrow && downGatedPartsCall(narrow, sum, forwardRefs(node));
    return both && { kernels: [both], taken: 1 };
  },
  lower: (node, to) => {
    const [gu] = valueAt(node.inputs, 0);
    const [h] = valueAt(node.outputs, 0);
    const { a, up, activation } = halves(node, to, gu);
    to.write(h, to.graph.mul(activation(to.graph, a).value, up));
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
    const { n, c: f } = rowsAndColumns(valueAt(node.inputs, 0)[0]);
    return [call(kernels[node.attributes].of(f).backward, { buffers: backwardRefs(node), params: { n, f } })];
  },
  joins: (node, [next], profile) => {
    if (node.attributes !== 'silu') return null;
    const both = upBackwardGatedCall(valueAt(node.outputs, 0)[0], next, profile, backwardRefs(node));
    return both && { kernels: [both], taken: 1 };
  },
  lower: (node, to) => {
    const [dh, gu] = valueAt(node.inputs, 0, 1);
    const [dgu] = valueAt(node.outputs, 0);
    const { graph } = to;
    const { a, up, activation } = halves(node, to, gu);
    const { value, slope } = activation(graph, a);
    const d = to.read(dh);
    to.write(dgu, graph.concat([graph.mul(graph.mul(d, up), slope()), graph.mul(d, value)], 1));
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

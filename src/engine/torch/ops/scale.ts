// y = factor · x: hidden states times a number of the configuration. Its gradient is the same operation.

import { call } from '../../../shaders/kernel.ts';
import { scale as kernel } from '../../../shaders/scale/scale.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import { valueAt } from './nodeValues.ts';

interface Attributes {
  readonly factor: number;
}

const scaleOperation: Operation<Attributes> = {
  name: 'scale',
  kernels: (node) => {
    const [x] = valueAt(node.inputs, 0);
    const [y] = valueAt(node.outputs, 0);
    const buffers: Record<'x' | 'y', Ref> = { x: { value: x }, y: { value: y } };
    return [call(kernel, { buffers, params: { n: elementCount(x.shape), factor: node.attributes.factor } })];
  },
  lower: (node, to) => {
    const [x] = valueAt(node.inputs, 0);
    const [y] = valueAt(node.outputs, 0);
    to.write(y, to.graph.times(to.read(x), node.attributes.factor));
  },
  flops: (node) => elementCount(node.inputs[0]?.shape ?? []),
  backward: (context) => {
    const dy = context.gradOf(0);
    if (!dy || !context.needs(0)) return [null];
    const [x] = valueAt(context.node.inputs, 0);
    const [dx] = context.record<Attributes>({
      operation: scaleOperation,
      inputs: [dy],
      outputs: [{ name: `${x.name}.grad`, shape: x.shape, gradFn: null, zero: dy.zero }],
      attributes: context.node.attributes,
      path: context.node.path,
    });
    return [dx ? { grad: dx, fused: false } : null];
  },
};

export interface ScaleArguments {
  readonly x: Value;
  readonly factor: number;
  readonly path: string;
}

export function scale(tape: Tape, { x, factor, path }: ScaleArguments): Value {
  const [y] = tape.record<Attributes>({
    operation: scaleOperation,
    inputs: [x],
    outputs: [{ name: path, shape: x.shape, gradFn: 'MulBackward0' }],
    attributes: { factor },
    path,
  });
  invariant(y, 'scale recorded no output');
  return y;
}

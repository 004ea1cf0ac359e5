// x + b in place, b the frozen biases of a linear group side by side; its gradient in x is the gradient itself.

import { addBias as kernel } from '../../../shaders/add_bias/add_bias.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

interface Attributes {
  /** Buffer of the biases, [OUT]. */
  readonly bias: string;
}

const addBiasOperation: Operation<Attributes> = {
  name: 'add_bias',
  inPlace: { output: 0, input: 0 },
  kernels: (node) => {
    const [x] = valueAt(node.outputs, 0);
    const buffers: Record<'b' | 'x', Ref> = { b: { buffer: node.attributes.bias }, x: { value: x } };
    return [call(kernel, { buffers, params: rowsAndColumns(x) })];
  },
  lower: (node, to) => {
    const [x] = valueAt(node.inputs, 0);
    const [y] = valueAt(node.outputs, 0);
    const bias = to.part(node.attributes.bias, 0, [rowsAndColumns(x).c]);
    to.write(y, to.graph.add(to.read(x), bias));
  },
  flops: (node) => elementCount(node.inputs[0]?.shape ?? []),
  backward: (context) => {
    const dy = context.gradOf(0);
    return [dy && context.needs(0) ? { grad: dy, fused: false } : null];
  },
};

export interface AddBiasArguments {
  readonly x: Value;
  readonly bias: string;
  readonly gradFn: string;
  readonly path: string;
}

/** x [N, OUT] with the bias of its columns. */
export function addBias(tape: Tape, { x, bias, gradFn, path }: AddBiasArguments): Value {
  const [y] = tape.record<Attributes>({
    operation: addBiasOperation,
    inputs: [x],
    outputs: [{ name: path, shape: x.shape, gradFn, storage: { kind: 'alias', of: x, offset: 0 } }],
    attributes: { bias },
    path,
  });
  invariant(y, 'add_bias recorded no output');
  return y;
}

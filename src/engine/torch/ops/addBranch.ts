// residual + branch, where the branch is no projection that could add the residual in passing. Both get the gradient as it is.

import { add as kernel } from '../../../shaders/add/add.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import { valueAt } from './nodeValues.ts';

const addBranchOperation: Operation<null> = {
  name: 'add_branch',
  kernels: (node) => {
    const [a, b] = valueAt(node.inputs, 0, 1);
    const [y] = valueAt(node.outputs, 0);
    const buffers: Record<'a' | 'b' | 'y', Ref> = { a: { value: a }, b: { value: b }, y: { value: y } };
    return [call(kernel, { buffers, params: { n: elementCount(y.shape) } })];
  },
  lower: (node, to) => {
    const [a, b] = valueAt(node.inputs, 0, 1);
    const [y] = valueAt(node.outputs, 0);
    to.write(y, to.graph.add(to.read(a), to.read(b)));
  },
  flops: (node) => elementCount(node.outputs[0]?.shape ?? []),
  backward: (context) => {
    const dy = context.gradOf(0);
    return [0, 1].map((input) => (dy && context.needs(input) ? { grad: dy, fused: false } : null));
  },
};

export interface AddBranchArguments {
  readonly residual: Value;
  readonly branch: Value;
  readonly path: string;
}

/** [N, C] + [N, C] */
export function addBranch(tape: Tape, { residual, branch, path }: AddBranchArguments): Value {
  const [y] = tape.record<null>({
    operation: addBranchOperation,
    inputs: [residual, branch],
    outputs: [{ name: path, shape: residual.shape, gradFn: 'AddBackward0' }],
    attributes: null,
    path,
  });
  invariant(y, 'add_branch recorded no output');
  return y;
}

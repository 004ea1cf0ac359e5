// y = a + b, element by element: joins gradient contributions that no operation could add in passing.
// The one operation that autograd records itself; it therefore stands here and not with the forward operations.

import { add as addKernel } from '../../../shaders/add/add.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';

import type { Operation, TapeNode } from './operation.ts';
import type { Tape } from './tape.ts';
import type { Value } from './value.ts';
import { elementCount } from './value.ts';

function valuesOf({ inputs: [a, b], outputs: [y] }: TapeNode<null>) {
  invariant(a && b && y, 'add: a value is missing');
  return { a, b, y };
}

const addOperation: Operation<null> = {
  name: 'add',
  backward: 'none',
  kernels: (node) => {
    const { a, b, y } = valuesOf(node);
    return [
      call(addKernel, {
        buffers: { a: { value: a }, b: { value: b }, y: { value: y } },
        params: { n: elementCount(y.shape) },
      }),
    ];
  },
  lower: (node, to) => {
    const [a, b] = node.inputs;
    const [y] = node.outputs;
    invariant(a && b && y, 'add: a value is missing');
    to.write(y, to.graph.add(to.read(a), to.read(b)));
  },
  flops: (node) => elementCount(node.outputs[0]?.shape ?? []),
};

export function add(tape: Tape, a: Value, b: Value, name: string): Value {
  const [sum] = tape.record({
    operation: addOperation,
    inputs: [a, b],
    outputs: [{ name, shape: a.shape, gradFn: null, zero: a.zero && b.zero }],
    attributes: null,
    path: name,
  });
  invariant(sum, 'add: no output was recorded');
  return sum;
}

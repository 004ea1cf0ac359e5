// y = a + b, element by element: joins gradient contributions that no operation could add in passing.

import { add as addKernel } from '../../../shaders/add/add.ts';
import { call } from '../../../shaders/kernel.ts';
import type { Operation } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import { valueAt } from './nodeValues.ts';

const addOperation: Operation<null> = {
  name: 'add',
  backward: 'none',
  kernels: (node) => {
    const [a, b] = valueAt(node.inputs, 0, 1);
    const [y] = valueAt(node.outputs, 0);
    return [
      call(addKernel, {
        buffers: { a: { value: a }, b: { value: b }, y: { value: y } },
        params: { n: elementCount(y.shape) },
      }),
    ];
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
  if (!sum) throw new Error('internal: add recorded no output');
  return sum;
}

// y = x with a share of its elements at zero and the others grown by as much, by a mask that is drawn anew for every micro-batch and made
// again where the gradient needs it. Of the model's own dropouts; that of LoRA is part of its kernels.

import { dropout as kernel } from '../../../shaders/dropout/dropout.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import { dropped } from './dropoutGraph.ts';
import { dropsOut } from './linearGroup.ts';
import { valueAt } from './nodeValues.ts';

/** A Dropout of the model: its module and the share that it drops. */
export interface Drop {
  readonly path: string;
  readonly rate: number;
}

/** A dropout that acts: its share, and which of the random numbers are its own. */
export interface DropoutDraw {
  readonly rate: number;
  readonly stream: number;
}

/** What acts of a dropout while this is recorded; null: nothing does. */
export const drawOf = (recording: Recording, { path, rate }: Drop): DropoutDraw | null =>
  rate > 0 && dropsOut(recording, path) ? { rate, stream: recording.dropoutStream(path) } : null;

const dropoutOperation: Operation<DropoutDraw> = {
  name: 'dropout',
  kernels: (node) => {
    const [x] = valueAt(node.inputs, 0);
    const [y] = valueAt(node.outputs, 0);
    const buffers: Record<'x' | 'step' | 'y', Ref> = {
      x: { value: x },
      step: { buffer: 'step' },
      y: { value: y },
    };
    return [call(kernel, { buffers, params: { n: elementCount(x.shape), ...node.attributes } })];
  },
  lower: (node, to) => {
    const [x] = valueAt(node.inputs, 0);
    const [y] = valueAt(node.outputs, 0);
    to.write(y, dropped(to, to.read(x), node.attributes, x.shape));
  },
  flops: (node) => elementCount(node.inputs[0]?.shape ?? []),
  backward: (context) => {
    const dy = context.gradOf(0);
    if (!dy || !context.needs(0)) return [null];
    const [x] = valueAt(context.node.inputs, 0);
    const [dx] = context.record<DropoutDraw>({
      operation: dropoutOperation,
      inputs: [dy],
      outputs: [{ name: `${x.name}.grad`, shape: x.shape, gradFn: null, zero: dy.zero }],
      attributes: context.node.attributes,
      path: context.node.path,
    });
    return [dx ? { grad: dx, fused: false } : null];
  },
};

export interface DropoutArguments {
  readonly x: Value;
  readonly draw: DropoutDraw;
  readonly path: string;
}

export function dropout(tape: Tape, { x, draw, path }: DropoutArguments): Value {
  const [y] = tape.record<DropoutDraw>({
    operation: dropoutOperation,
    inputs: [x],
    outputs: [{ name: path, shape: x.shape, gradFn: 'NativeDropoutBackward0' }],
    attributes: draw,
    path,
  });
  invariant(y, 'dropout recorded no output');
  return y;
}

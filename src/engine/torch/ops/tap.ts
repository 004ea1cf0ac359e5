// Copies of what a tape makes, into named buffers that outlive its run: a value as it stands, and logits of a stretch of rows. For whoever
// compares two backends; nothing else reads them.
import { call } from '../../../shaders/kernel.ts';
import { scale as kernel } from '../../../shaders/scale/scale.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import type { FrozenGroup } from './frozenProduct.ts';
import { headOf, headScratch, logitsCalls } from './head.ts';
import type { HeadTraining } from './headTraining.ts';
import { downCalls, headTraining } from './headTraining.ts';
import { logitsOf } from './lossGraph.ts';
import { valueAt } from './nodeValues.ts';

interface TapAttributes {
  readonly buffer: string;
}

const tapOperation: Operation<TapAttributes> = {
  name: 'tap',
  backward: 'none',
  effect: true,
  // Times one is a copy to the bit.
  kernels: (node) => {
    const [x] = valueAt(node.inputs, 0);
    const buffers: Record<'x' | 'y', Ref> = { x: { value: x }, y: { buffer: node.attributes.buffer } };
    return [call(kernel, { buffers, params: { n: elementCount(x.shape), factor: 1 } })];
  },
  lower: (node, to) => {
    const [x] = valueAt(node.inputs, 0);
    const { buffer } = node.attributes;
    to.store(buffer, to.graph.named(buffer, to.read(x)));
  },
  flops: () => 0,
};

/** Value → the persistent buffer, in the value's shape. */
export function tap(tape: Tape, value: Value, buffer: string): void {
  tape.record<TapAttributes>({
    operation: tapOperation,
    inputs: [value],
    outputs: [],
    attributes: { buffer },
    path: 'tap',
  });
}

/** A stretch of rows; `first` is a multiple of 64, where a binding may begin. */
export interface Stretch {
  readonly first: number;
  readonly rows: number;
}

interface LogitsAttributes extends Stretch, TapAttributes {
  readonly head: FrozenGroup;
  readonly training: HeadTraining;
}

const tapLogitsOperation: Operation<LogitsAttributes> = {
  name: 'logits',
  backward: 'none',
  effect: true,
  scratch: ({ attributes: { head, training, rows } }, profile) => [
    headScratch(head, profile, rows),
    0,
    0,
    rows * (training.adapter?.ru ?? 0),
  ],
  kernels: (node, profile) => {
    const [hidden] = valueAt(node.inputs, 0);
    const { head, training, first, rows, buffer } = node.attributes;
    const h: Ref = { value: hidden, offset: first * head.k, size: rows * head.k };
    const u: Ref = { scratch: 3 };
    const z: Ref = { buffer };
    return [
      ...downCalls(training, profile, { rows, h, z, u, du: u }),
      ...logitsCalls(head, profile, rows, h, z, training.adapter ? u : null),
    ];
  },
  lower: (node, to) => {
    const [hidden] = valueAt(node.inputs, 0);
    const { first, rows, buffer } = node.attributes;
    const h = to.graph.slice(to.read(hidden), 0, first, first + rows);
    to.store(buffer, to.graph.named(buffer, logitsOf(to, node.attributes, h, rows).z));
  },
  flops: ({ attributes: { head, rows } }) => 2 * rows * head.k * head.out,
};

/** Final hidden states [N, C] → logits [rows, V] of a stretch of them, in the persistent buffer. */
export function tapLogits(recording: Recording, hidden: Value, stretch: Stretch, buffer: string): void {
  const found = headOf(recording);
  const { group, value, lora } = found;
  recording.tape.record<LogitsAttributes>({
    operation: tapLogitsOperation,
    inputs: [hidden, value, ...(lora ? [lora.a, lora.b] : [])],
    outputs: [],
    attributes: { ...stretch, buffer, head: group, training: headTraining(recording, found) },
    path: recording.model.tables.head,
  });
}

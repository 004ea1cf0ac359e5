// Logits of given rows for generation: y = h Wᵀ, with what was trained at the head.
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Value } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import type { FrozenGroup } from './frozenProduct.ts';
import { headOf, headScratch, logitsCalls } from './head.ts';
import type { HeadTraining } from './headTraining.ts';
import { downCalls, headTraining } from './headTraining.ts';
import { logitsOf } from './lossGraph.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

interface Attributes {
  readonly head: FrozenGroup;
  readonly training: HeadTraining;
}

const logitsOperation: Operation<Attributes> = {
  name: 'logits',
  backward: 'none',
  effect: true,
  scratch: (node, profile) => {
    const n = node.inputs[0]?.shape[0] ?? 0;
    const { head, training } = node.attributes;
    return [headScratch(head, profile, n), 0, 0, n * (training.adapter?.ru ?? 0)];
  },
  kernels: (node, profile) => {
    const [h] = valueAt(node.inputs, 0);
    const { n: rows } = rowsAndColumns(h);
    const { head, training } = node.attributes;
    const z: Ref = { buffer: 'logits' };
    const chunk = { rows, h: { value: h }, z, u: { scratch: 3 }, du: { scratch: 3 } };
    return [
      ...downCalls(training, profile, chunk),
      ...logitsCalls(head, profile, rows, chunk.h, z, training.adapter ? chunk.u : null),
    ];
  },
  lower: (node, to) => {
    const [h] = valueAt(node.inputs, 0);
    to.store('logits', logitsOf(to, node.attributes, to.read(h), rowsAndColumns(h).n).z);
  },
  flops: (node) => 2 * (node.inputs[0]?.shape[0] ?? 0) * node.attributes.head.k * node.attributes.head.out,
};

/** Hidden states [N, C] → the persistent buffer `logits` [N, V]. */
export function logits(recording: Recording, hidden: Value): void {
  const head = headOf(recording);
  const { group, value, lora } = head;
  invariant(rowsAndColumns(hidden).c === group.k, 'logits: the head has another width');
  recording.tape.record<Attributes>({
    operation: logitsOperation,
    inputs: [hidden, value, ...(lora ? [lora.a, lora.b] : [])],
    outputs: [],
    attributes: { head: group, training: headTraining(recording, head) },
    path: recording.model.tables.head,
  });
}

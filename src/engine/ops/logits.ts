// Logits of given rows for generation: y = h Wᵀ with the frozen head.
import { invariant } from '../errors.ts';
import type { Recording } from '../models/recording.ts';
import type { Operation } from '../tape/operation.ts';
import type { Value } from '../tape/value.ts';
import type { FrozenGroup } from './frozenProduct.ts';
import { headOf, headOnCpu, headScratch, logitsCalls } from './head.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

const logitsOperation: Operation<FrozenGroup> = {
  name: 'logits',
  backward: 'none',
  effect: true,
  scratch: (node, profile) => [headScratch(node.attributes, profile, node.inputs[0]?.shape[0] ?? 0)],
  kernels: (node, profile) => {
    const [h] = valueAt(node.inputs, 0);
    return logitsCalls(node.attributes, profile, rowsAndColumns(h).n, { value: h }, { buffer: 'logits' });
  },
  reference: (node, context) => {
    const [h] = valueAt(node.inputs, 0);
    const [from, to] = [context.floats({ value: h }), context.floats({ buffer: 'logits' })];
    headOnCpu(node.attributes, 'forward', rowsAndColumns(h).n, context, from, to);
  },
  flops: (node) => 2 * (node.inputs[0]?.shape[0] ?? 0) * node.attributes.k * node.attributes.out,
};

/** Hidden states [N, C] → the persistent buffer `logits` [N, V]. */
export function logits(recording: Recording, hidden: Value): void {
  const { group, value } = headOf(recording);
  invariant(rowsAndColumns(hidden).c === group.k, 'logits: the head has another width');
  recording.tape.record<FrozenGroup>({
    operation: logitsOperation,
    inputs: [hidden, value],
    outputs: [],
    attributes: group,
    path: 'lm_head',
  });
}

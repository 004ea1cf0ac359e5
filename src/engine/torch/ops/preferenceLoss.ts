// Head and preference loss over pairs of rows, chosen then rejected. The loss wants whole rows before any gradient, so the head runs
// twice: once to score every token, once more, chunk by chunk, for the gradient under each token's weight.

import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import { OBJECTIVES } from '../../../shaders/preference/preference.ref.ts';
import { preference, preferenceSums } from '../../../shaders/preference/preference.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { Value } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import { DUMMY } from './frozenProduct.ts';
import type { Chunk, LossAttributes, PairNumbers } from './lossChunks.ts';
import {
  chunkCalls,
  chunksOf,
  headFlops,
  lossBackward,
  lossInputs,
  lossScratch,
  ROWS,
  WEIGHTS,
} from './lossChunks.ts';
import { chunkPart, scoreChunk } from './lossGraph.ts';
import { MICRO_BATCHES_AT } from './metrics.ts';
import { valueAt } from './nodeValues.ts';
import { preferenceGraph } from './preferenceGraph.ts';
import { rowLanes, sharesSums } from './sums.ts';

/** What a run asks for; its reference is the run's own business (training/stepPlans.ts). */
export type Preference = Omit<PairNumbers, 'tokens'>;

/** Behind the loss's own. */
const SUMS: Ref = { scratch: 7 };

function numbersOf({ inputs, attributes }: TapeNode<LossAttributes>) {
  const { pairs } = attributes;
  invariant(pairs, 'preference_loss: rows are no pairs');
  const { tokens: t, beta, objective } = pairs;
  return { objective, shape: { pairs: (inputs[0]?.shape[0] ?? 0) / t / 2, t, beta } };
}

const preferenceOperation: Operation<LossAttributes> = {
  name: 'preference_loss',
  effect: true,
  scratch: (node, profile) => {
    const own = lossScratch(node, profile, node.inputs[0]?.shape[0]);
    return sharesSums(profile) ? [...own, 16 * numbersOf(node).shape.pairs] : own;
  },
  kernels: (node, profile) => {
    const { wantsGradient } = node.attributes;
    const { objective, shape } = numbersOf(node);
    const chunks = chunksOf(node);
    const pass = (gradient: boolean) =>
      chunks.flatMap((chunk) =>
        chunkCalls(node, profile, chunk, { gradient, weights: gradient ? WEIGHTS : null }),
      );
    const shares = sharesSums(profile);
    const sums: Ref = shares ? SUMS : DUMMY;
    const buffers: Record<'rows' | 'starts' | 'step' | 'references' | 'weights' | 'metrics' | 'sums', Ref> = {
      rows: ROWS,
      starts: { buffer: 'starts' },
      step: { buffer: 'step' },
      references: { buffer: 'references' },
      weights: WEIGHTS,
      metrics: { buffer: 'metrics' },
      sums,
    };
    const params = { ...shape, offset: MICRO_BATCHES_AT };
    const constants = { ...rowLanes(profile), OBJECTIVE: OBJECTIVES[objective] };
    const { rows, starts } = buffers;
    const summed: KernelCall<Ref>[] = shares
      ? [
          call(preferenceSums, {
            buffers: { rows, starts, sums },
            params: { pairs: shape.pairs, t: shape.t },
          }),
        ]
      : [];
    return [
      ...pass(false),
      ...summed,
      call(preference, { buffers, params, constants }),
      ...(wantsGradient ? pass(true) : []),
    ];
  },
  lower: (node, to) => {
    const [, dh] = valueAt(node.outputs, 0, 1);
    const { wantsGradient, wantsHidden, chunk: most, pairs } = node.attributes;
    invariant(pairs, 'preference_loss: rows are no pairs');
    const chunks = chunksOf(node);
    const scored = (chunk: Chunk) => scoreChunk(to, node, chunk, chunkPart(to, chunks, chunk, most));
    const { tokens } = pairs;
    const batch = { rows: (node.inputs[0]?.shape[0] ?? 0) / tokens, tokens };
    const scores = to.graph.concat(
      chunks.map((chunk) => scored(chunk).scores),
      0,
    );
    const weights = preferenceGraph(to, scores, batch, pairs);
    if (!wantsGradient || weights === null) return;
    // Scored once more, for logits of all chunks at a time would be the whole of them.
    const parts = chunks.flatMap(
      (chunk) => scored(chunk).back(chunkPart(to, chunks, chunk, most)(weights, 0)) ?? [],
    );
    if (wantsHidden) to.write(dh, to.graph.concat(parts, 0));
  },
  flops: (node) => headFlops(node) * (node.attributes.wantsGradient ? 3 : 1),
  backward: lossBackward,
};

/** Hidden states [2P·T, C] → loss [1], the mean over pairs times step.loss_scale; 'reference' fills the buffer `references`. */
export function preferenceLoss(
  recording: Recording,
  args: Preference & { readonly hidden: Value; readonly tokens: number },
): Value {
  const { hidden, tokens, objective, beta } = args;
  const { inputs, attributes } = lossInputs(recording, hidden, 0);
  const [loss] = recording.tape.record<LossAttributes>({
    operation: preferenceOperation,
    inputs,
    outputs: [
      {
        name: 'loss',
        shape: [1],
        storage: { kind: 'persistent', buffer: 'metrics', offset: MICRO_BATCHES_AT },
        gradFn: 'DivBackward0',
      },
      { name: `${hidden.name}.grad`, shape: attributes.wantsHidden ? hidden.shape : [1], gradFn: null },
    ],
    attributes: { ...attributes, pairs: { tokens, objective, beta } },
    path: recording.model.tables.head,
  });
  invariant(loss, 'preference_loss recorded no output');
  return loss;
}

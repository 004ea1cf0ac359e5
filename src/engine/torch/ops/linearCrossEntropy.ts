// Fused chunked head and cross-entropy. The gradient of the hidden states is made in the forward pass, when it is wanted.
// Labels come shifted: row t carries the token after it, -100 where nothing is to be learned.

import { rowSum } from '../../../shaders/cross_entropy/cross_entropy.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Value } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import type { LossAttributes } from './lossChunks.ts';
import {
  chunkCalls,
  chunksOf,
  headFlops,
  lossBackward,
  lossInputs,
  lossScratch,
  ROWS,
} from './lossChunks.ts';
import { chunkPart, scoreChunk } from './lossGraph.ts';
import { MICRO_BATCHES_AT, microBatchAt } from './metrics.ts';
import { valueAt } from './nodeValues.ts';
import { rowLanes } from './sums.ts';

const linearCrossEntropyOperation: Operation<LossAttributes> = {
  name: 'linear_cross_entropy',
  effect: true,
  scratch: lossScratch,
  kernels: (node, profile) => {
    const how = { gradient: node.attributes.wantsGradient, weights: null };
    const sum: Record<'rows' | 'step' | 'metrics', Ref> = {
      rows: ROWS,
      step: { buffer: 'step' },
      metrics: { buffer: 'metrics' },
    };
    const params = { n: node.inputs[0]?.shape[0] ?? 0, offset: MICRO_BATCHES_AT };
    return [
      ...chunksOf(node).flatMap((chunk) => chunkCalls(node, profile, chunk, how)),
      call(rowSum, { buffers: sum, params, constants: rowLanes(profile) }),
    ];
  },
  lower: (node, to) => {
    const { graph } = to;
    const [, dh] = valueAt(node.outputs, 0, 1);
    const { wantsGradient, wantsHidden, chunk: most } = node.attributes;
    const scale = to.number('lossScale');
    const chunks = chunksOf(node);
    const parts = chunks.map((chunk) => {
      const { scores, back } = scoreChunk(to, node, chunk, chunkPart(to, chunks, chunk, most));
      return { total: graph.total(scores), dh: wantsGradient ? back(scale) : null };
    });
    const total = parts.map((part) => part.total).reduce((a, b) => graph.add(a, b));
    const factors = graph.concat([graph.reshape(scale, [1]), graph.floats([1, 1, 1])], 0);
    to.store('metrics', graph.mul(total, factors), microBatchAt);
    if (wantsHidden)
      to.write(
        dh,
        graph.concat(
          parts.flatMap((part) => part.dh ?? []),
          0,
        ),
      );
  },
  flops: (node) => headFlops(node) * (node.attributes.wantsGradient ? 2 : 1),
  backward: lossBackward,
};

/** Hidden states [N, C] → loss [1], the sum over labelled rows times step.loss_scale. */
export function linearCrossEntropy(
  recording: Recording,
  args: { readonly hidden: Value; readonly lossGradFn: string; readonly smoothing?: number },
): Value {
  const { hidden, lossGradFn, smoothing = 0 } = args;
  const { inputs, attributes } = lossInputs(recording, hidden, smoothing);
  const [loss] = recording.tape.record<LossAttributes>({
    operation: linearCrossEntropyOperation,
    inputs,
    outputs: [
      {
        name: 'loss',
        shape: [1],
        storage: { kind: 'persistent', buffer: 'metrics', offset: MICRO_BATCHES_AT },
        gradFn: lossGradFn,
      },
      { name: `${hidden.name}.grad`, shape: attributes.wantsHidden ? hidden.shape : [1], gradFn: null },
    ],
    attributes,
    path: recording.model.tables.head,
  });
  invariant(loss, 'linear_cross_entropy recorded no output');
  return loss;
}

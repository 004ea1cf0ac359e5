// Head and cross-entropy of every token, each kept for itself: what the loss of a row is made of. Nothing is trained by it.
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Value } from '../autograd/value.ts';
import type { Recording } from '../recording.ts';
import type { LossAttributes } from './lossChunks.ts';
import { chunkCalls, chunksOf, headFlops, lossInputs, lossScratch } from './lossChunks.ts';
import { chunkPart, scoreChunk } from './lossGraph.ts';

/** Buffer of the numbers [N, 4] of every token: loss, correct, counted, entropy. */
export const TOKEN_LOSSES = 'token_losses';
export const TOKEN_FLOATS = 4;

const rows: Ref = { buffer: TOKEN_LOSSES };

const tokenLossesOperation: Operation<LossAttributes> = {
  name: 'token_losses',
  effect: true,
  scratch: lossScratch,
  kernels: (node, profile) =>
    chunksOf(node).flatMap((chunk) =>
      chunkCalls(node, profile, chunk, { gradient: false, weights: null, rows }),
    ),
  lower: (node, to) => {
    const chunks = chunksOf(node);
    const parts = chunks.map(
      (chunk) => scoreChunk(to, node, chunk, chunkPart(to, chunks, chunk, node.attributes.chunk)).scores,
    );
    to.store(TOKEN_LOSSES, to.graph.concat(parts, 0));
  },
  flops: headFlops,
  backward: 'none',
};

/** Hidden states [N, C] → the buffer `token_losses` [N, 4]: of row t the loss of the token after it; zeros where no label counts. */
export function tokenLosses(
  recording: Recording,
  { hidden, smoothing = 0 }: { readonly hidden: Value; readonly smoothing?: number },
): void {
  const { inputs, attributes } = lossInputs(recording, hidden, smoothing);
  recording.tape.record<LossAttributes>({
    operation: tokenLossesOperation,
    inputs,
    outputs: [],
    attributes,
    path: recording.model.tables.head,
  });
}

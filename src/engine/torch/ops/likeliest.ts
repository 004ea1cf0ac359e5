// The likeliest next token, by the scores in the buffer `logits`: first id of the next pass, and kept in `said` at this pass's position.
import { call } from '../../../shaders/kernel.ts';
import { likeliest as kernel, likeliestParts, PARTS } from '../../../shaders/likeliest/likeliest.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';

interface Attributes {
  /** Number of scores. */
  readonly v: number;
}

const likeliestOperation: Operation<Attributes> = {
  name: 'likeliest',
  backward: 'none',
  effect: true,
  scratch: () => [PARTS, PARTS],
  kernels: ({ attributes: { v } }) => {
    const between: Record<'values' | 'places', Ref> = { values: { scratch: 0 }, places: { scratch: 1 } };
    const chosen: Record<'step' | 'ids' | 'said', Ref> = {
      step: { buffer: 'step' },
      ids: { buffer: 'ids' },
      said: { buffer: 'said' },
    };
    return [
      call(likeliestParts, { buffers: { scores: { buffer: 'logits' }, ...between }, params: { v } }),
      call(kernel, { buffers: { ...between, ...chosen }, params: {} }),
    ];
  },
  lower: (_, to) => {
    const { graph } = to;
    const place = graph.op('ArgMax', [to.stored('logits')], { axis: 1, keepdims: 0 });
    const chosen = graph.cast(place, 'float');
    to.store('ids', chosen);
    to.store('said', chosen, ({ position }) => position);
  },
  flops: () => 0,
};

export function likeliest(tape: Tape, v: number, path: string): void {
  tape.record<Attributes>({
    operation: likeliestOperation,
    inputs: [],
    outputs: [],
    attributes: { v },
    path,
  });
}

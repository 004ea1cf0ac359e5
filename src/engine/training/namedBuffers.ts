// Buffers that a run holds beside weights and plans, as data: the run makes them and the estimate counts them, so that the
// two can't differ. Who holds which is said where it is used (learner.ts, beforeStep.ts, batchBuffers here).

import type { BufferData } from '../torch/autograd/bufferData.ts';
import { metricsLength } from '../torch/ops/metrics.ts';
import type { BatchShape } from '../torch/recording.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { Backend } from './backends/backend.ts';

/** By name: what stands in it at first, or its length in floats, then zeros. */
export type NamedBuffers = ReadonlyMap<string, BufferData | number>;

/** No buffer is smaller, in floats. */
export const LEAST_FLOATS = 64;

export function makeBuffers(backend: Backend, buffers: NamedBuffers): void {
  for (const [name, content] of buffers)
    if (typeof content === 'number') backend.allocate(name, content);
    else backend.upload(name, content);
}

export function bytesOf(buffers: NamedBuffers): number {
  let bytes = 0;
  for (const content of buffers.values())
    bytes += 4 * (typeof content === 'number' ? content : content.length);
  return bytes;
}

/** What a batch of any of these shapes is written to, and what a step leaves to be read. */
export function batchBuffers(shapes: readonly BatchShape[], { tensors }: AdapterLayout): NamedBuffers {
  const room = Math.max(...shapes.map(({ rows, tokens }) => rows * tokens));
  const sequences = Math.max(LEAST_FLOATS, ...shapes.map(({ rows }) => rows));
  return new Map<string, BufferData | number>([
    ['ids', new Uint32Array(room)],
    ['labels', new Int32Array(room)],
    ['documents', new Uint32Array(room)],
    ['starts', new Uint32Array(sequences)],
    ['references', sequences],
    ['metrics', metricsLength(tensors.length)],
  ]);
}

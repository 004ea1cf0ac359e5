// Appends the k and v columns of q | k | v to a layer's cache at the current position. Only in generation.
import { call } from '../../../shaders/kernel.ts';
import { kvAppend as kernel } from '../../../shaders/kv_cache/kv_cache.ts';
import type { Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { valueAt } from './nodeValues.ts';
import type { HeadShape } from './rope.ts';

interface Attributes extends HeadShape {
  readonly cache: string;
  readonly maxTokens: number;
}

function numbers(node: TapeNode<Attributes>) {
  const { batch, heads, kvHeads, headDim, maxTokens } = node.attributes;
  return {
    t: batch.tokens,
    width: kvHeads * headDim,
    stride: (heads + 2 * kvHeads) * headDim,
    k_offset: heads * headDim,
    v_offset: (heads + kvHeads) * headDim,
    max_t: maxTokens,
  };
}

const kvAppendOperation: Operation<Attributes> = {
  name: 'kv_append',
  backward: 'none',
  effect: true,
  kernels: (node) => {
    const [qkv] = valueAt(node.inputs, 0);
    const buffers: Record<'qkv' | 'step' | 'cache', Ref> = {
      qkv: { value: qkv },
      step: { buffer: 'step' },
      cache: { buffer: node.attributes.cache },
    };
    return [call(kernel, { buffers, params: numbers(node) })];
  },
  lower: (node, to) => {
    const { heads, kvHeads, headDim, cache, maxTokens } = node.attributes;
    const [q, kv] = [heads * headDim, kvHeads * headDim];
    const qkv = to.read(valueAt(node.inputs, 0)[0]);
    for (const part of [0, 1]) {
      const from = q + part * kv;
      to.store(
        cache,
        to.graph.slice(qkv, 1, from, from + kv),
        ({ position }) => (part * maxTokens + position) * kv,
        // Padding of a prompt's last chunk may stand beyond the end.
        ({ position }) => (maxTokens - position) * kv,
      );
    }
  },
  flops: () => 0,
};

/** Whether a plan is a pass of generation: its tokens go into a cache. */
export const fillsCache = (nodes: readonly Pick<TapeNode, 'operation'>[]): boolean =>
  nodes.some(({ operation }) => operation.name === kvAppendOperation.name);

export function kvAppend(
  tape: Tape,
  args: HeadShape & {
    readonly qkv: Value;
    readonly cache: string;
    readonly maxTokens: number;
    readonly path: string;
  },
): void {
  const { qkv, path, ...attributes } = args;
  tape.record<Attributes>({ operation: kvAppendOperation, inputs: [qkv], outputs: [], attributes, path });
}

// Causal grouped-query attention over rotated q | k | v [N, (H+2G)·D], or over a key/value cache. Saves the output and
// lse [N, H]; never a [T, T] matrix.

import {
  attentionBackwardKv,
  attentionBackwardQ,
  attention as forwardKernel,
} from '../../../shaders/attention/attention.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref, TapeNode } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { blockBackwardCalls, blockCalls } from './attentionBlocks.ts';
import { AttentionGraph } from './attentionGraph.ts';
import {
  inTiles,
  tileBackwardCalls,
  tileBackwardPending,
  tileBackwardScratch,
  tileCalls,
  tileScratch,
} from './attentionTiles.ts';
import type { KvCache } from './cachedAttentionGraph.ts';
import { cachedAttention } from './cachedAttentionGraph.ts';
import type { DropoutDraw } from './dropout.ts';
import { upBackwardTurnedCall } from './loraFused.ts';
import { valueAt } from './nodeValues.ts';
import type { HeadShape } from './rope.ts';
import { documentsRef, hasDocuments, turnOf } from './rope.ts';

interface AttentionShape extends HeadShape {
  /** Keys that a query sees, its own among them; null: all before it. */
  readonly window: number | null;
  /** Of the products of q and k. */
  readonly scale: number;
  /** Of the probabilities; null: none acts. */
  readonly dropout?: DropoutDraw | null;
}

interface Attributes extends AttentionShape {
  readonly cache: KvCache | null;
}

/** Strides and offsets, in elements, of q, k and v inside their buffers. */
function numbers(node: TapeNode<Attributes>) {
  const { batch, heads, kvHeads, headDim, cache, scale, window, dropout } = node.attributes;
  const stride = (heads + 2 * kvHeads) * headDim;
  const kvWidth = kvHeads * headDim;
  return {
    batch: batch.rows,
    t_q: batch.tokens,
    t_k: cache ? cache.maxTokens : batch.tokens,
    heads,
    kv_heads: kvHeads,
    q_stride: stride,
    q_offset: 0,
    k_stride: cache ? kvWidth : stride,
    k_offset: cache ? 0 : heads * headDim,
    v_stride: cache ? kvWidth : stride,
    v_offset: cache ? cache.maxTokens * kvWidth : (heads + kvHeads) * headDim,
    scale,
    window: window ?? 0,
    rate: dropout?.rate ?? 0,
    stream: dropout?.stream ?? 0,
  };
}

const constantsOf = (attributes: Attributes) => ({
  D: attributes.headDim,
  HAS_DROPOUT: attributes.dropout ? 1 : 0,
  ...hasDocuments(attributes),
});

/** Of queries and the keys that they see. */
function pairs({ batch: { rows, tokens }, heads, window }: AttentionShape): number {
  const width = Math.min(window ?? tokens, tokens);
  return rows * heads * (tokens * width - (width * (width - 1)) / 2);
}

const attentionOperation: Operation<Attributes> = {
  name: 'attention',
  kernels: (node, profile) => {
    const [qkv] = valueAt(node.inputs, 0);
    const [o, lse] = valueAt(node.outputs, 0, 1);
    const { cache } = node.attributes;
    const keys: Ref = cache ? { buffer: cache.buffer } : { value: qkv };
    const buffers: Record<'q' | 'k' | 'v' | 'documents' | 'step' | 'o' | 'lse', Ref> = {
      q: { value: qkv },
      k: keys,
      v: keys,
      documents: documentsRef(node.attributes),
      step: { buffer: 'step' },
      o: { value: o },
      lse: { value: lse },
    };
    const [params, constants] = [numbers(node), constantsOf(node.attributes)];
    const tiles = inTiles(profile, constants.D);
    if (tiles) return tileCalls(buffers, params, { ...constants, ...tiles });
    return (
      blockCalls(buffers, params, constants, profile) ?? [call(forwardKernel, { buffers, params, constants })]
    );
  },
  scratch: (node, profile) =>
    inTiles(profile, node.attributes.headDim) ? tileScratch(numbers(node), node.attributes.headDim) : [],
  lower: (node, to) => {
    const [qkv] = valueAt(node.inputs, 0);
    const [o] = valueAt(node.outputs, 0);
    const { cache } = node.attributes;
    const own = to.read(qkv);
    to.write(
      o,
      cache
        ? cachedAttention(to, node.attributes, own, cache)
        : new AttentionGraph(to, node.attributes, own).output(),
    );
  },
  flops: (node) => 4 * pairs(node.attributes) * node.attributes.headDim,
  backward: (context) => {
    const dO = context.gradOf(0);
    if (!dO || !context.needs(0)) return [null];
    const [qkv] = valueAt(context.node.inputs, 0);
    const [o, lse] = valueAt(context.node.outputs, 0, 1);
    const [dqkv] = context.record<Attributes>({
      operation: attentionBackwardOperation,
      inputs: [context.saved(qkv), context.saved(o), context.saved(lse), dO],
      outputs: [
        { name: `${qkv.name}.grad`, shape: qkv.shape, gradFn: null, zero: dO.zero },
        { name: `${qkv.name}.delta`, shape: lse.shape, gradFn: null },
      ],
      attributes: context.node.attributes,
      path: context.node.path,
    });
    return [dqkv ? { grad: dqkv, fused: false } : null];
  },
};

function backwardRefs(
  node: TapeNode<Attributes>,
): Record<'qkv' | 'o' | 'lse' | 'd_o' | 'documents' | 'step' | 'delta', Ref> {
  const [qkv, o, lse, dO] = valueAt(node.inputs, 0, 1, 2, 3);
  const [, delta] = valueAt(node.outputs, 0, 1);
  return {
    qkv: { value: qkv },
    o: { value: o },
    lse: { value: lse },
    d_o: { value: dO },
    documents: documentsRef(node.attributes),
    step: { buffer: 'step' },
    delta: { value: delta },
  };
}

const attentionBackwardOperation: Operation<Attributes> = {
  name: 'attention_backward',
  backward: 'none',
  kernels: (node, profile) => {
    const [dqkv] = valueAt(node.outputs, 0);
    const q = { ...backwardRefs(node), dqkv: { value: dqkv } };
    const options = { params: numbers(node), constants: constantsOf(node.attributes) };
    const tiles = inTiles(profile, options.constants.D);
    if (tiles) return tileBackwardCalls(q, options.params, { ...options.constants, ...tiles });
    const { o: _o, ...kv } = q;
    const blocks = blockBackwardCalls({ q, kv }, options.params, options.constants, profile);
    if (blocks) return blocks;
    return [
      call(attentionBackwardQ, { buffers: q, ...options }),
      call(attentionBackwardKv, { buffers: kv, ...options }),
    ];
  },
  // A rotation back and the narrow product of what it gives.
  joins: (node, [turn, narrow], profile) => {
    const [params, constants] = [numbers(node), constantsOf(node.attributes)];
    const tiles = inTiles(profile, constants.D);
    const back = turnOf(node.outputs[0], turn, -1);
    if (!tiles || !back) return null;
    const { kernels, refs, terms, scratch } = tileBackwardPending(backwardRefs(node), params, {
      ...constants,
      ...tiles,
    });
    const { heads, kv_heads } = params;
    const { t, dims, HAS_DOCUMENTS } = back;
    const own = { t, heads, kv_heads, d: constants.D, dims, terms, HAS_DOCUMENTS };
    const last = upBackwardTurnedCall(back.made, narrow, profile, { ...back.refs, ...refs }, own);
    return last && { kernels: [...kernels, last], taken: 2, scratch };
  },
  scratch: (node, profile) =>
    inTiles(profile, node.attributes.headDim)
      ? tileBackwardScratch(numbers(node), node.attributes.headDim)
      : [],
  lower: (node, to) => {
    const [qkv, o, dO] = valueAt(node.inputs, 0, 1, 3);
    const [dqkv] = valueAt(node.outputs, 0);
    to.write(dqkv, new AttentionGraph(to, node.attributes, to.read(qkv)).backward(to.read(dO), to.read(o)));
  },
  flops: (node) => 10 * pairs(node.attributes) * node.attributes.headDim,
};

export function attention(
  tape: Tape,
  args: AttentionShape & { readonly qkv: Value; readonly cache: KvCache | null; readonly path: string },
): Value {
  const { qkv, path, ...attributes } = args;
  const n = args.batch.rows * args.batch.tokens;
  const [o] = tape.record<Attributes>({
    operation: attentionOperation,
    inputs: [qkv],
    outputs: [
      { name: path, shape: [n, args.heads * args.headDim], gradFn: 'ViewBackward0' },
      { name: `${path}.lse`, shape: [n, args.heads], gradFn: null },
    ],
    attributes,
    path,
  });
  invariant(o, 'attention recorded no output');
  return o;
}

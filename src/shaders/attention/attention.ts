// Declares causal grouped-query attention and its gradient. Strides and offsets are in floats, multiples of 4; q, k and v
// may be column ranges of one buffer. Source: Dao et al., FlashAttention, 2022 (online softmax, lse, delta).
import { dropoutSnippet } from '../dropout/dropout.ts';
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import {
  attentionBackwardKvReference,
  attentionBackwardQReference,
  attentionReference,
} from './attention.ref.ts';
import source from './attention.wgsl?raw';
import kvSource from './attention_backward_kv.wgsl?raw';
import qSource from './attention_backward_q.wgsl?raw';
import seen from './attention_seen.wgsl?raw';
import shape from './attention_shape.wgsl?raw';

export const attentionParams = {
  batch: 'u32',
  t_q: 'u32',
  t_k: 'u32',
  heads: 'u32',
  kv_heads: 'u32',
  q_stride: 'u32',
  q_offset: 'u32',
  k_stride: 'u32',
  k_offset: 'u32',
  v_stride: 'u32',
  v_offset: 'u32',
  scale: 'f32',
  window: 'u32',
  rate: 'f32',
  stream: 'u32',
} as const;

/** Keys of the query that sees most of them. */
const mostKeys = ({ t_k, window }: { readonly t_k: number; readonly window: number }): number =>
  window > 0 ? Math.min(window, t_k) : t_k;

const constants = { ...gridConstants, D: 32, HAS_DOCUMENTS: 0, HAS_DROPOUT: 0 } as const;

export const seenSnippet: string = seen;

const snippets = [stepSnippet, dropoutSnippet, shape, seen];

/**
 * q [B·Tq, H·D], k, v [B·Tk, G·D] → o [B·Tq, H·D], lse [B·Tq, H]. Query n sees keys 0..step.position + n mod Tq; with
 * HAS_DOCUMENTS those from documents[n] on, with a window the last `window` of them. With HAS_DROPOUT a share `rate` of the
 * probabilities is dropped and the others grow, the same ones in the gradient.
 */
export const attention = defineKernel({
  name: 'attention',
  source,
  snippets,
  buffers: {
    q: 'read',
    k: 'read',
    v: 'read',
    documents: 'read u32',
    step: 'uniform',
    o: 'read_write',
    lse: 'read_write',
  },
  params: attentionParams,
  constants,
  workgroups: ({ batch, t_q, heads }) => flatGrid(batch * t_q * heads),
  chain: mostKeys,
  reference: attentionReference,
});

/** qkv [N, stride] → dq in its columns of dqkv, delta [N, H]. Training shapes only: Tq = Tk, position 0. */
export const attentionBackwardQ = defineKernel({
  name: 'attention_backward_q',
  source: qSource,
  snippets,
  buffers: {
    qkv: 'read',
    o: 'read',
    lse: 'read',
    d_o: 'read',
    documents: 'read u32',
    step: 'uniform',
    dqkv: 'read_write',
    delta: 'read_write',
  },
  params: attentionParams,
  constants,
  workgroups: ({ batch, t_q, heads }) => flatGrid(batch * t_q * heads),
  chain: mostKeys,
  reference: attentionBackwardQReference,
});

/** → dk and dv in their columns of dqkv; after attention_backward_q, whose delta it reads. */
export const attentionBackwardKv = defineKernel({
  name: 'attention_backward_kv',
  source: kvSource,
  snippets,
  buffers: {
    qkv: 'read',
    lse: 'read',
    d_o: 'read',
    delta: 'read',
    documents: 'read u32',
    step: 'uniform',
    dqkv: 'read_write',
  },
  params: attentionParams,
  constants,
  workgroups: ({ batch, t_k, kv_heads }) => flatGrid(batch * t_k * kv_heads),
  chain: ({ t_k, heads, kv_heads }) => t_k * (heads / kv_heads),
  reference: attentionBackwardKvReference,
});

// Declares `head_norm`, the norms that some families put on each head of q and k before they are turned, the same with the turning, its gradient in x and, where it is trained, in a weight.
// Source of the formula: transformers 4.57 models/qwen3/modeling_qwen3.py q_norm, k_norm; Gemma3RMSNorm adds 1 to the weight.
import { defineKernel } from '../kernel.ts';
import { columnGroups, slicedRows, slicesSnippet, wholeColumns } from '../lib/slices.ts';
import { stepSnippet } from '../lib/step.ts';
import { lanes, totalChain, totalSnippet } from '../lib/total.ts';
import {
  headNormBackwardReference,
  headNormGradReference,
  headNormReference,
  headNormTurnedReference,
} from './head_norm.ref.ts';
import source from './head_norm.wgsl?raw';
import backwardSource from './head_norm_backward.wgsl?raw';
import gradSource from './head_norm_grad.wgsl?raw';
import turnedSource from './head_norm_turned.wgsl?raw';

/** x [N, (H+2G)·D], w_q, w_k [D] → y of x's shape, rstd [N, H+G]; v as it was. */
export const headNorm = defineKernel({
  name: 'head_norm',
  source,
  snippets: [totalSnippet],
  buffers: { x: 'read', w_q: 'read', w_k: 'read', y: 'read_write', rstd: 'read_write' },
  params: { n: 'u32', heads: 'u32', kv_heads: 'u32', d: 'u32', eps: 'f32', offset: 'f32' },
  constants: lanes,
  workgroups: ({ n, heads, kv_heads }) => [heads + 2 * kv_heads, n, 1],
  chain: ({ d }, { LANES }) => 2 * Math.ceil(d / LANES) + totalChain(LANES),
  reference: headNormReference,
});

/** The same with q and k turned as `rope` does: row n stands at position step.position + n mod t, with HAS_DOCUMENTS less documents[n]. */
export const headNormTurned = defineKernel({
  name: 'head_norm_turned',
  source: turnedSource,
  snippets: [stepSnippet, totalSnippet],
  buffers: {
    x: 'read',
    w_q: 'read',
    w_k: 'read',
    cos_table: 'read',
    sin_table: 'read',
    documents: 'read u32',
    step: 'uniform',
    y: 'read_write',
    rstd: 'read_write',
  },
  params: { ...headNorm.params, t: 'u32', dims: 'u32' },
  constants: { ...lanes, HAS_DOCUMENTS: 0 },
  workgroups: ({ n, heads, kv_heads }) => [heads + 2 * kv_heads, n, 1],
  chain: ({ d }, { LANES }) => 2 * Math.ceil(d / LANES) + totalChain(LANES),
  reference: headNormTurnedReference,
});

/** dy, x [N, (H+2G)·D], w_q, w_k [D], rstd [N, H+G] → dx of x's shape. */
export const headNormBackward = defineKernel({
  name: 'head_norm_backward',
  source: backwardSource,
  snippets: [totalSnippet],
  buffers: { dy: 'read', x: 'read', w_q: 'read', w_k: 'read', rstd: 'read', dx: 'read_write' },
  params: { n: 'u32', heads: 'u32', kv_heads: 'u32', d: 'u32', offset: 'f32' },
  constants: lanes,
  workgroups: ({ n, heads, kv_heads }) => [heads + 2 * kv_heads, n, 1],
  chain: ({ d }, { LANES }) => 2 * Math.ceil(d / LANES) + totalChain(LANES),
  reference: headNormBackwardReference,
});

/** dy, x [N, (H+2G)·D], rstd [N, H+G] → grads [S, total], the gradient of the weight of `count` heads from `first` on added at `offset`. */
export const headNormGrad = defineKernel({
  name: 'head_norm_grad',
  source: gradSource,
  snippets: [slicesSnippet],
  buffers: { dy: 'read', x: 'read', rstd: 'read', grads: 'read_write' },
  params: {
    n: 'u32',
    heads: 'u32',
    kv_heads: 'u32',
    d: 'u32',
    first: 'u32',
    count: 'u32',
    offset: 'u32',
    total: 'u32',
    splits: 'u32',
  },
  constants: wholeColumns,
  workgroups: ({ d, splits }, constants) => [columnGroups(d, constants), splits, 1],
  chain: ({ n, splits, count }, constants) => slicedRows(n, splits, constants) * count,
  reference: headNormGradReference,
});

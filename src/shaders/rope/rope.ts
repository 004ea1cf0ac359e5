// Declares `rope`, the rotation of q and k by position; its gradient is the same kernel with sign -1. And the same with the parts of a split
// product added up.
// Source of the convention (rotate_half): transformers 4.57 models/llama/modeling_llama.py.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import { ropePartsReference, ropeReference } from './rope.ref.ts';
import source from './rope.wgsl?raw';
import partsSource from './rope_parts.wgsl?raw';

/** Rotates the first `dims` of each head of x [N, stride] in place; row n stands at position step.position + n mod t, with HAS_DOCUMENTS less documents[n]. */
export const rope = defineKernel({
  name: 'rope',
  source,
  snippets: [stepSnippet],
  buffers: { cos_table: 'read', sin_table: 'read', documents: 'read u32', step: 'uniform', x: 'read_write' },
  params: {
    n: 'u32',
    t: 'u32',
    stride: 'u32',
    q_offset: 'u32',
    k_offset: 'u32',
    heads_q: 'u32',
    heads_k: 'u32',
    d: 'u32',
    dims: 'u32',
    sign: 'f32',
  },
  constants: { ...gridConstants, HAS_DOCUMENTS: 0 },
  workgroups: ({ n, heads_q, heads_k, dims }) => flatGrid((n * (heads_q + heads_k) * dims) / 2),
  reference: ropeReference,
});

/** parts [TERMS, N, stride] → x [N, stride], heads of D side by side, of which the first `turned` turn. D and dims are even. */
export const ropeParts = defineKernel({
  name: 'rope_parts',
  source: partsSource,
  snippets: [stepSnippet],
  buffers: {
    parts: 'read',
    cos_table: 'read',
    sin_table: 'read',
    documents: 'read u32',
    step: 'uniform',
    x: 'read_write',
  },
  params: { n: 'u32', t: 'u32', stride: 'u32', turned: 'u32', d: 'u32', dims: 'u32', terms: 'u32' },
  constants: { ...gridConstants, HAS_DOCUMENTS: 0 },
  workgroups: ({ n, stride }) => flatGrid((n * stride) / 2),
  chain: ({ terms }) => terms,
  reference: ropePartsReference,
});

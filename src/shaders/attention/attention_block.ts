// Declares attention and its gradient by blocks of four queries, or four keys, of one head an invocation, for adapters with few lanes. Same
// bindings, numbers and references as attention.ts, sums in the same order.

import type { Snippet } from '../declaration.ts';
import { dropoutSnippet } from '../dropout/dropout.ts';
import type { BufferDecl, BufferRole } from '../kernel.ts';
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import { attention, attentionBackwardKv, attentionBackwardQ, seenSnippet } from './attention.ts';
import source from './attention_block.wgsl?raw';
import kvSource from './attention_block_backward_kv.wgsl?raw';
import qSource from './attention_block_backward_q.wgsl?raw';
import shape from './attention_shape.wgsl?raw';
import blockShape from './block_shape.wgsl?raw';
import { headVectors } from './headVectors.ts';

/** Floats of the widest head of which an invocation holds four: those of 64 took SwiftShader 20 s to compile. */
export const WIDEST_BLOCK_HEAD = 32;
const BLOCK = 4;
const LANES = 8;
const GROUPS_WIDE = 32_768;

const constants = { ...attention.constants, LANES, GROUPS_WIDE } as const;
const snippets = [stepSnippet, dropoutSnippet, shape, seenSnippet, blockShape];

function workgroups(batch: number, tokens: number, heads: number): readonly [number, number, number] {
  const groups = Math.ceil((batch * Math.ceil(tokens / BLOCK) * heads) / LANES);
  return [Math.min(groups, GROUPS_WIDE), Math.ceil(groups / GROUPS_WIDE), 1];
}

/** Four queries begin to see up to three keys apart. */
const mostKeys = ({ t_k, window }: { readonly t_k: number; readonly window: number }): number =>
  window > 0 ? Math.min(window + BLOCK - 1, t_k) : t_k;

export const attentionBlock = defineKernel({
  ...attention,
  name: 'attention_block',
  source,
  snippets,
  slots: ['head'],
  constants,
  workgroups: ({ batch, t_q, heads }) => workgroups(batch, t_q, heads),
  chain: mostKeys,
});

export const attentionBlockBackwardQ = defineKernel({
  ...attentionBackwardQ,
  name: 'attention_block_backward_q',
  source: qSource,
  snippets,
  slots: ['head'],
  constants,
  workgroups: ({ batch, t_q, heads }) => workgroups(batch, t_q, heads),
  chain: mostKeys,
});

export const attentionBlockBackwardKv = defineKernel({
  ...attentionBackwardKv,
  name: 'attention_block_backward_kv',
  source: kvSource,
  snippets,
  slots: ['head'],
  constants,
  workgroups: ({ batch, t_k, kv_heads }) => workgroups(batch, t_k, kv_heads),
});

/** Of all kernels here, what holds heads. */
const HOLD_HEADS = ['q', 'k', 'v', 'qkv', 'o', 'd_o', 'dqkv'];

/** Heads of `d` floats in a kernel's buffers, for its slot `head`. */
export function headCode({ buffers }: { readonly buffers: BufferDecl }, d: number): Snippet {
  const of = (role: BufferRole): string[] => HOLD_HEADS.filter((name) => buffers[name] === role);
  return headVectors(d, { reads: of('read'), writes: of('read_write') });
}

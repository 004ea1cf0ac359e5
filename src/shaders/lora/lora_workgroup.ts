// Declares the variants of the adapter's kernels for adapters with many lanes: the sum over the wide side is shared by a workgroup. They
// need widths that are multiples of 4; the portable ones take any.
import { dropoutSnippet } from '../dropout/dropout.ts';
import { defineKernel } from '../kernel.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import { segmentSnippet, widestMember } from '../lib/segments.ts';
import { stepSnippet } from '../lib/step.ts';
import addBlock from './add_block.wgsl?raw';
import bRows from './b_rows.wgsl?raw';
import blockSum from './block_sum.wgsl?raw';
import dropped from './dropped.wgsl?raw';
import { loraDown, loraGrad, loraUpBackward } from './lora.ts';
import source from './lora_down_workgroup.wgsl?raw';
import gradSource from './lora_grad_workgroup.wgsl?raw';
import upBackwardSource from './lora_up_backward_workgroup.wgsl?raw';

/** Blocks of 4 columns of all adapters of a group. */
export const blocksOf = (segments: readonly SegmentNumbers[]): number =>
  segments.reduce((sum, { rank }) => sum + Math.ceil(rank / 4), 0);

/** Iterations in a row of a sum that 128 invocations share, four terms each at a time. */
export const shared = (terms: number): number => Math.ceil(terms / 512);

/** Whether all ranks are multiples of 4: B is then read 16 bytes at a time. */
export const ranksOf4 = (segments: readonly SegmentNumbers[]): 0 | 1 =>
  segments.every(({ rank }) => rank % 4 === 0) ? 1 : 0;

/** x [N, K] → u [N, RU]. */
export const loraDownWorkgroup = defineKernel({
  name: 'lora_down_workgroup',
  source,
  snippets: [segmentSnippet, stepSnippet, dropoutSnippet, dropped, blockSum],
  buffers: loraDown.buffers,
  params: loraDown.params,
  constants: loraDown.constants,
  workgroups: ({ n, segments }) => [blocksOf(segments), Math.ceil(n / 4), 1],
  chain: ({ k }) => shared(k),
  reference: loraDown.reference,
});

/** dy [N, OUT] → du [N, RU]. */
export const loraUpBackwardWorkgroup = defineKernel({
  name: 'lora_up_backward_workgroup',
  source: upBackwardSource,
  snippets: [segmentSnippet, blockSum, bRows],
  buffers: loraUpBackward.buffers,
  params: loraUpBackward.params,
  constants: { RANKS_OF_4: 0 },
  workgroups: ({ n, segments }) => [blocksOf(segments), Math.ceil(n / 4), 1],
  chain: ({ segments }) => shared(widestMember(segments)),
  reference: loraUpBackward.reference,
});

/** Tokens that a workgroup takes at a time. */
const TOKENS = 128;

/** Iterations in a row of one stretch of n tokens. */
export const gradChain = (n: number, splits: number): number => Math.ceil(Math.ceil(n / splits) / TOKENS);

/** Blocks of 32 by 4 of the gradients of a group over K inputs. */
export const gradBlocks = (k: number, segments: readonly SegmentNumbers[]): number =>
  segments.reduce(
    (sum, s) => sum + Math.ceil(s.rank / 4) * (Math.ceil(k / 32) + Math.ceil((s.end - s.start) / 32)),
    0,
  );

/** x, u, dy, du → grads [S, total], added at the offsets of A and B. */
export const loraGradWorkgroup = defineKernel({
  name: 'lora_grad_workgroup',
  source: gradSource,
  snippets: [...(loraGrad.snippets ?? []), dropped, addBlock],
  buffers: loraGrad.buffers,
  params: loraGrad.params,
  constants: loraGrad.constants,
  workgroups: ({ k, segments, splits }) => [gradBlocks(k, segments), splits, 1],
  chain: ({ n, splits }) => gradChain(n, splits),
  reference: loraGrad.reference,
});

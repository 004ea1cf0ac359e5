// Declares the adapter's own kernels over a linear group: u = drop(x) Aᵀ, du = s dy B, dA and dB, and the share of dx
// behind dropout. Source: PEFT 0.17 tuners/lora/layer.py; gradients: reference of this room, checked by differences.
import { dropoutSnippet } from '../dropout/dropout.ts';
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import type { SegmentNumbers } from '../lib/segments.ts';
import { segmentArray, segmentSnippet, widestMember } from '../lib/segments.ts';
import { stepSnippet } from '../lib/step.ts';
import {
  loraDownBackwardReference,
  loraDownReference,
  loraGradReference,
  loraUpBackwardReference,
} from './lora.ref.ts';
import source from './lora_down.wgsl?raw';
import downBackwardSource from './lora_down_backward.wgsl?raw';
import downBlockSource from './lora_down_block.wgsl?raw';
import gradSource from './lora_grad.wgsl?raw';
import gradBlockSource from './lora_grad_block.wgsl?raw';
import upBackwardSource from './lora_up_backward.wgsl?raw';
import upBackwardBlockSource from './lora_up_backward_block.wgsl?raw';

/** Whether the kernels in blocks do it: without dropout, and every width, rank and place a multiple of 4. */
export const fitsBlocks = (
  rate: number,
  widths: readonly number[],
  segments: readonly SegmentNumbers[],
): boolean =>
  rate === 0 &&
  [...widths, ...segments.flatMap((s) => [s.start, s.end, s.rank, s.u_column, s.a_offset, s.b_offset])].every(
    (x) => x % 4 === 0,
  );

const quarter = (count: number): number => Math.ceil(count / 4);

/** x [N, K] → u [N, RU]. */
export const loraDown = defineKernel({
  name: 'lora_down',
  source,
  snippets: [segmentSnippet, stepSnippet, dropoutSnippet],
  buffers: { x: 'read', adapter: 'read', step: 'uniform', u: 'read_write' },
  params: { segments: segmentArray, n: 'u32', k: 'u32', ru: 'u32', count: 'u32', stream: 'u32', rate: 'f32' },
  constants: { HAS_DROPOUT: 0 },
  workgroups: ({ n, segments }) => [
    Math.ceil(segments.reduce((sum, s) => sum + quarter(s.rank), 0) / 8),
    Math.ceil(n / 32),
    1,
  ],
  chain: ({ k }) => k,
  reference: loraDownReference,
});

/** The same bits where `fitsBlocks`, 8 rows by 4 ranks an invocation. */
export const loraDownBlock = defineKernel({
  ...loraDown,
  name: 'lora_down_block',
  source: downBlockSource,
  workgroups: ({ n, ru }) => [Math.ceil((Math.ceil(n / 8) * quarter(ru)) / 8), 1, 1],
  chain: ({ k }) => k / 4,
});

/** dy [N, OUT] → du [N, RU]. */
export const loraUpBackward = defineKernel({
  name: 'lora_up_backward',
  source: upBackwardSource,
  snippets: [segmentSnippet],
  buffers: { dy: 'read', adapter: 'read', du: 'read_write' },
  params: { segments: segmentArray, n: 'u32', out: 'u32', ru: 'u32', count: 'u32' },
  constants: {},
  workgroups: ({ n, segments }) => [
    Math.ceil(segments.reduce((sum, s) => sum + quarter(s.rank), 0) / 8),
    Math.ceil(n / 32),
    1,
  ],
  chain: ({ segments }) => widestMember(segments),
  reference: loraUpBackwardReference,
});

/** The same bits where `fitsBlocks`, 8 rows by 4 ranks an invocation. */
export const loraUpBackwardBlock = defineKernel({
  ...loraUpBackward,
  name: 'lora_up_backward_block',
  source: upBackwardBlockSource,
  workgroups: ({ n, ru }) => [Math.ceil((Math.ceil(n / 8) * quarter(ru)) / 8), 1, 1],
  chain: ({ segments }) => widestMember(segments) / 4,
});

/** x, u, dy, du → grads [S, total], added at the offsets of A and B. */
export const loraGrad = defineKernel({
  name: 'lora_grad',
  source: gradSource,
  snippets: [segmentSnippet, stepSnippet, dropoutSnippet],
  buffers: { x: 'read', u: 'read', dy: 'read', du: 'read', step: 'uniform', grads: 'read_write' },
  params: {
    segments: segmentArray,
    n: 'u32',
    k: 'u32',
    out: 'u32',
    ru: 'u32',
    count: 'u32',
    total: 'u32',
    splits: 'u32',
    stream: 'u32',
    rate: 'f32',
  },
  constants: { HAS_DROPOUT: 0 },
  workgroups: ({ k, segments, splits }) => {
    const blocks = segments.reduce(
      (sum, s) => sum + quarter(s.rank) * (quarter(k) + quarter(s.end - s.start)),
      0,
    );
    return [Math.ceil(blocks / 64), splits, 1];
  },
  chain: ({ n, splits }) => Math.ceil(n / splits),
  reference: loraGradReference,
});

/** The same bits where `fitsBlocks`, 4 ranks by 8 columns an invocation. */
export const loraGradBlock = defineKernel({
  ...loraGrad,
  name: 'lora_grad_block',
  source: gradBlockSource,
  workgroups: ({ k, segments, splits }) => {
    const strips = (width: number): number => Math.ceil(width / 8);
    const blocks = segments.reduce((sum, s) => sum + (s.rank / 4) * (strips(k) + strips(s.end - s.start)), 0);
    return [Math.ceil(blocks / 16), splits, 1];
  },
});

/** du [N, RU] → dx [N, K], added. Only with dropout. */
export const loraDownBackward = defineKernel({
  name: 'lora_down_backward',
  source: downBackwardSource,
  snippets: [segmentSnippet, stepSnippet, dropoutSnippet],
  buffers: { du: 'read', adapter: 'read', step: 'uniform', dx: 'read_write' },
  params: { segments: segmentArray, n: 'u32', k: 'u32', ru: 'u32', count: 'u32', stream: 'u32', rate: 'f32' },
  constants: gridConstants,
  workgroups: ({ n, k }) => flatGrid(n * k),
  chain: ({ segments }) => segments.reduce((sum, { rank }) => sum + rank, 0),
  reference: loraDownBackwardReference,
});

// Declares, for adapters with many lanes, what comes before a narrow product and the product itself in one dispatch: a norm or a gate and the
// adapter's u, and their gradients and du. Widths are multiples of 4, as the variants of lora_workgroup.ts want them.
import { dropoutSnippet } from '../dropout/dropout.ts';
import { defineKernel } from '../kernel.ts';
import { segmentSnippet, widestMember } from '../lib/segments.ts';
import { stepSnippet } from '../lib/step.ts';
import bRows from './b_rows.wgsl?raw';
import blockSum from './block_sum.wgsl?raw';
import downGated from './down_gated.wgsl?raw';
import dropped from './dropped.wgsl?raw';
import { loraDown, loraUpBackward } from './lora.ts';
import gatedSource from './lora_down_gated.wgsl?raw';
import gatedPartsSource from './lora_down_gated_parts.wgsl?raw';
import normedSource from './lora_down_normed.wgsl?raw';
import {
  loraDownGatedPartsReference,
  loraDownGatedReference,
  loraDownNormedReference,
  loraUpBackwardGatedReference,
  loraUpBackwardNormedReference,
} from './lora_fused.ref.ts';
import gatedBackwardSource from './lora_up_backward_gated.wgsl?raw';
import normedBackwardSource from './lora_up_backward_normed.wgsl?raw';
import { blocksOf, shared } from './lora_workgroup.ts';
import rowTotals from './row_totals.wgsl?raw';

/** x [N, K], w [K] → y [N, K], rstd [N], u [N, RU]. */
export const loraDownNormed = defineKernel({
  name: 'lora_down_normed',
  source: normedSource,
  snippets: [segmentSnippet, stepSnippet, dropoutSnippet, dropped, blockSum, rowTotals],
  buffers: {
    x: 'read',
    w: 'read',
    adapter: 'read',
    step: 'uniform',
    y: 'read_write',
    rstd: 'read_write',
    u: 'read_write',
  },
  params: { ...loraDown.params, eps: 'f32', offset: 'f32' },
  constants: loraDown.constants,
  workgroups: ({ n, segments }) => [blocksOf(segments), Math.ceil(n / 4), 1],
  chain: ({ k }) => 2 * shared(k),
  reference: loraDownNormedReference,
});

/** gate | up [N, 2K] → h [N, K], u [N, RU]. */
export const loraDownGated = defineKernel({
  name: 'lora_down_gated',
  source: gatedSource,
  snippets: [segmentSnippet, stepSnippet, dropoutSnippet, dropped, blockSum, downGated],
  buffers: { gu: 'read', adapter: 'read', step: 'uniform', h: 'read_write', u: 'read_write' },
  params: loraDown.params,
  constants: loraDown.constants,
  workgroups: ({ n, segments }) => [blocksOf(segments), Math.ceil(n / 4), 1],
  chain: ({ k }) => shared(k),
  reference: loraDownGatedReference,
});

/** parts [TERMS, N, 2K] of gate | up → gate | up [N, 2K], h [N, K], u [N, RU]. */
export const loraDownGatedParts = defineKernel({
  name: 'lora_down_gated_parts',
  source: gatedPartsSource,
  snippets: loraDownGated.snippets ?? [],
  buffers: {
    parts: 'read',
    adapter: 'read',
    step: 'uniform',
    gu: 'read_write',
    h: 'read_write',
    u: 'read_write',
  },
  params: { ...loraDown.params, terms: 'u32' },
  constants: loraDown.constants,
  workgroups: ({ n, segments }) => [blocksOf(segments), Math.ceil(n / 4), 1],
  chain: ({ k, terms }) => shared(k) * (1 + terms),
  reference: loraDownGatedPartsReference,
});

/** dy, x, residual [N, OUT], w [OUT], rstd [N] → dx [N, OUT], du [N, RU], of a group of one member. */
export const loraUpBackwardNormed = defineKernel({
  name: 'lora_up_backward_normed',
  source: normedBackwardSource,
  snippets: [segmentSnippet, blockSum, rowTotals, bRows],
  buffers: {
    dy: 'read',
    x: 'read',
    w: 'read',
    rstd: 'read',
    residual: 'read',
    adapter: 'read',
    dx: 'read_write',
    du: 'read_write',
  },
  params: { ...loraUpBackward.params, offset: 'f32' },
  constants: { RANKS_OF_4: 0, HAS_RESIDUAL: 0 },
  workgroups: ({ n, segments }) => [blocksOf(segments), Math.ceil(n / 4), 1],
  chain: ({ out }) => 2 * shared(out),
  reference: loraUpBackwardNormedReference,
});

/** dh [N, OUT / 2], gate | up [N, OUT] → their gradient [N, OUT], du [N, RU], of a group of the two. */
export const loraUpBackwardGated = defineKernel({
  name: 'lora_up_backward_gated',
  source: gatedBackwardSource,
  snippets: [segmentSnippet, blockSum, bRows],
  buffers: { dh: 'read', gu: 'read', adapter: 'read', dgu: 'read_write', du: 'read_write' },
  params: loraUpBackward.params,
  constants: { RANKS_OF_4: 0 },
  workgroups: ({ n, segments }) => [blocksOf(segments), Math.ceil(n / 4), 1],
  chain: ({ segments }) => shared(widestMember(segments)),
  reference: loraUpBackwardGatedReference,
});

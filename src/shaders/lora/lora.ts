// Declares the adapter's own kernels over a linear group: u = drop(x) Aᵀ, du = s dy B, dA and dB, and the share of dx
// behind dropout. Source: PEFT 0.17 tuners/lora/layer.py; gradients: reference of this room, checked by differences.
import { dropoutSnippet } from '../dropout/dropout.ts';
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { segmentArray, segmentSnippet, widestMember } from '../lib/segments.ts';
import { stepSnippet } from '../lib/step.ts';
import gradBlock from './grad_block.wgsl?raw';
import {
  loraDownBackwardReference,
  loraDownReference,
  loraGradReference,
  loraUpBackwardReference,
} from './lora.ref.ts';
import source from './lora_down.wgsl?raw';
import downBackwardSource from './lora_down_backward.wgsl?raw';
import gradSource from './lora_grad.wgsl?raw';
import upBackwardSource from './lora_up_backward.wgsl?raw';

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

/** x, u, dy, du → grads [S, total], added at the offsets of A and B. */
export const loraGrad = defineKernel({
  name: 'lora_grad',
  source: gradSource,
  snippets: [segmentSnippet, stepSnippet, dropoutSnippet, gradBlock],
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

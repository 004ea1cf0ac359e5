// Declares `layer_norm`, its gradient in x and, where they are trained, in w and b. Source of the formula: torch.nn.LayerNorm, numerics reference 5.
import { defineKernel } from '../kernel.ts';
import { columnGroups, slicedRows, slicesSnippet, wholeColumns } from '../lib/slices.ts';
import { lanes, totalChain, totalSnippet } from '../lib/total.ts';
import { layerNormBackwardReference, layerNormGradReference, layerNormReference } from './layer_norm.ref.ts';
import source from './layer_norm.wgsl?raw';
import backwardSource from './layer_norm_backward.wgsl?raw';
import gradSource from './layer_norm_grad.wgsl?raw';

/** x [N, C], w, b [C] → y [N, C], mean, rstd [N]. */
export const layerNorm = defineKernel({
  name: 'layer_norm',
  source,
  snippets: [totalSnippet],
  buffers: { x: 'read', w: 'read', b: 'read', y: 'read_write', mean: 'read_write', rstd: 'read_write' },
  params: { n: 'u32', c: 'u32', eps: 'f32' },
  constants: lanes,
  workgroups: ({ n }) => [n, 1, 1],
  chain: ({ c }, { LANES }) => 3 * Math.ceil(c / LANES) + 2 * totalChain(LANES),
  reference: layerNormReference,
});

/** dy, x [N, C], w [C], mean, rstd [N] → dx [N, C], plus `residual` [N, C] with HAS_RESIDUAL 1. */
export const layerNormBackward = defineKernel({
  name: 'layer_norm_backward',
  source: backwardSource,
  snippets: [totalSnippet],
  buffers: {
    dy: 'read',
    x: 'read',
    w: 'read',
    mean: 'read',
    rstd: 'read',
    residual: 'read',
    dx: 'read_write',
  },
  params: { n: 'u32', c: 'u32' },
  constants: { ...lanes, HAS_RESIDUAL: 0 },
  workgroups: ({ n }) => [n, 1, 1],
  chain: ({ c }, { LANES }) => 2 * Math.ceil(c / LANES) + totalChain(LANES),
  reference: layerNormBackwardReference,
});

/** dy, x [N, C], mean, rstd [N] → grads [S, total], dw added at `offset` and db at `bias_offset`, each of S parts over its own stretch of rows. */
export const layerNormGrad = defineKernel({
  name: 'layer_norm_grad',
  source: gradSource,
  snippets: [slicesSnippet],
  buffers: { dy: 'read', x: 'read', mean: 'read', rstd: 'read', grads: 'read_write' },
  params: { n: 'u32', c: 'u32', offset: 'u32', bias_offset: 'u32', total: 'u32', splits: 'u32' },
  constants: wholeColumns,
  workgroups: ({ c, splits }, constants) => [columnGroups(c, constants), splits, 1],
  chain: ({ n, splits }, constants) => slicedRows(n, splits, constants),
  reference: layerNormGradReference,
});

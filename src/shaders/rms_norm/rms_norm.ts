// Declares `rms_norm`, its gradient in x and, where it is trained, in w. Source of the formula: transformers 4.57 LlamaRMSNorm, computed in f32.
import { defineKernel } from '../kernel.ts';
import { columnGroups, slicedRows, slicesSnippet, wholeColumns } from '../lib/slices.ts';
import { lanes, totalChain, totalSnippet } from '../lib/total.ts';
import { rmsNormBackwardReference, rmsNormGradReference, rmsNormReference } from './rms_norm.ref.ts';
import source from './rms_norm.wgsl?raw';
import backwardSource from './rms_norm_backward.wgsl?raw';
import backwardRowsSource from './rms_norm_backward_rows.wgsl?raw';
import gradSource from './rms_norm_grad.wgsl?raw';
import rowsSource from './rms_norm_rows.wgsl?raw';

/** x [N, C], w [C] → y [N, C], rstd [N]. `offset` is added to w: 1 where a family keeps w − 1. */
export const rmsNorm = defineKernel({
  name: 'rms_norm',
  source,
  snippets: [totalSnippet],
  buffers: { x: 'read', w: 'read', y: 'read_write', rstd: 'read_write' },
  params: { n: 'u32', c: 'u32', eps: 'f32', offset: 'f32' },
  constants: lanes,
  workgroups: ({ n }) => [n, 1, 1],
  chain: ({ c }, { LANES }) => 2 * Math.ceil(c / LANES) + totalChain(LANES),
  reference: rmsNormReference,
});

/** The same bits for C a multiple of 4, an invocation a row. */
export const rmsNormRows = defineKernel({
  ...rmsNorm,
  name: 'rms_norm_rows',
  source: rowsSource,
  snippets: [],
  constants: {},
  workgroups: ({ n }) => [Math.ceil(n / 8), 1, 1],
  chain: ({ c }) => c / 2,
  reference: rmsNormReference,
});

/** dy, x [N, C], w [C], rstd [N] → dx [N, C], plus `residual` [N, C] with HAS_RESIDUAL 1. */
export const rmsNormBackward = defineKernel({
  name: 'rms_norm_backward',
  source: backwardSource,
  snippets: [totalSnippet],
  buffers: { dy: 'read', x: 'read', w: 'read', rstd: 'read', residual: 'read', dx: 'read_write' },
  params: { n: 'u32', c: 'u32', offset: 'f32' },
  constants: { ...lanes, HAS_RESIDUAL: 0 },
  workgroups: ({ n }) => [n, 1, 1],
  chain: ({ c }, { LANES }) => 2 * Math.ceil(c / LANES) + totalChain(LANES),
  reference: rmsNormBackwardReference,
});

/** The same bits for C a multiple of 4, an invocation a row. */
export const rmsNormBackwardRows = defineKernel({
  ...rmsNormBackward,
  name: 'rms_norm_backward_rows',
  source: backwardRowsSource,
  snippets: [],
  constants: { HAS_RESIDUAL: 0 },
  workgroups: ({ n }) => [Math.ceil(n / 8), 1, 1],
  chain: ({ c }) => c / 2,
  reference: rmsNormBackwardReference,
});

/** dy, x [N, C], rstd [N] → grads [S, total], added at `offset`, each of S parts over its own stretch of rows. */
export const rmsNormGrad = defineKernel({
  name: 'rms_norm_grad',
  source: gradSource,
  snippets: [slicesSnippet],
  buffers: { dy: 'read', x: 'read', rstd: 'read', grads: 'read_write' },
  params: { n: 'u32', c: 'u32', offset: 'u32', total: 'u32', splits: 'u32' },
  constants: wholeColumns,
  workgroups: ({ c, splits }, constants) => [columnGroups(c, constants), splits, 1],
  chain: ({ n, splits }, constants) => slicedRows(n, splits, constants),
  reference: rmsNormGradReference,
});

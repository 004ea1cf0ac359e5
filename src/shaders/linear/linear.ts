// Declares the linear layer over a packed group in one dispatch, weights decoded inside workgroup tiles: the variant for
// adapters whose workgroup memory is fast, and one for the few rows of generation. The other way is `dequantize` and `matmul`.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { highestRank, segmentArray, segmentOfSnippet, segmentSnippet } from '../lib/segments.ts';
import { linearBackwardReference, linearReference, linearVectorReference } from './linear.ref.ts';
import backwardSource from './linear_backward_tiled.wgsl?raw';
import source from './linear_tiled.wgsl?raw';
import vectorSource from './linear_vector.wgsl?raw';
import subgroupSource from './linear_vector_subgroup.wgsl?raw';
import tile from './tile.wgsl?raw';

const params = { segments: segmentArray, n: 'u32', k: 'u32', out: 'u32', ru: 'u32', count: 'u32' } as const;

/** x [N, K], u [N, RU], residual [N, OUT] → y [N, OUT]. */
export const linearTiled = defineKernel({
  name: 'linear_tiled',
  source,
  snippets: [segmentSnippet, segmentOfSnippet, tile],
  slots: ['decode'],
  buffers: {
    x: 'read',
    w: 'read u32',
    w_scales: 'read u32',
    u: 'read',
    adapter: 'read',
    residual: 'read',
    y: 'read_write',
  },
  params,
  constants: { HAS_RESIDUAL: 0 },
  workgroups: ({ n, out }) => [Math.ceil(out / 64), Math.ceil(n / 64), 1],
  chain: ({ k, ru }) => 16 * Math.ceil((k + ru) / 16),
  reference: linearReference,
});

/** Rows that `linearVector` takes. */
export const VECTOR_ROWS = 4;

/** x [N, K], u [N, RU], residual [N, OUT] → y [N, OUT] for N up to VECTOR_ROWS and K a multiple of 4. */
export const linearVector = defineKernel({
  name: 'linear_vector',
  source: vectorSource,
  snippets: [segmentSnippet, segmentOfSnippet],
  slots: ['decode'],
  buffers: linearTiled.buffers,
  params,
  constants: { ...gridConstants, HAS_RESIDUAL: 0, ONE_ROW: 0 },
  workgroups: ({ out }) => flatGrid(out),
  chain: ({ segments, k, n }) => k / 4 + highestRank(segments) + n,
  reference: linearVectorReference,
});

/** The same, a workgroup a column. */
export const linearVectorSubgroup = defineKernel({
  name: 'linear_vector_subgroup',
  source: subgroupSource,
  snippets: [segmentSnippet, segmentOfSnippet],
  slots: ['decode'],
  buffers: linearTiled.buffers,
  params,
  constants: { HAS_RESIDUAL: 0, ONE_ROW: 0 },
  features: ['subgroups'],
  workgroups: ({ out }) => [Math.min(out, 32768), Math.ceil(out / 32768), 1],
  chain: ({ segments, k, n }) => Math.ceil(k / 256) + Math.ceil(highestRank(segments) / 64) + n + 8,
  reference: linearVectorReference,
});

/** dy [N, OUT], du [N, RU], residual [N, K] → dx [N, K]. */
export const linearBackwardTiled = defineKernel({
  name: 'linear_backward_tiled',
  source: backwardSource,
  snippets: [segmentSnippet, segmentOfSnippet, tile],
  slots: ['decode'],
  buffers: {
    dy: 'read',
    w: 'read u32',
    w_scales: 'read u32',
    du: 'read',
    adapter: 'read',
    residual: 'read',
    dx: 'read_write',
  },
  params,
  constants: { HAS_RESIDUAL: 0 },
  workgroups: ({ n, k }) => [Math.ceil(k / 64), Math.ceil(n / 64), 1],
  chain: ({ out, ru }) => 16 * Math.ceil((out + ru) / 16),
  reference: linearBackwardReference,
});

// Declares the linear layer over a packed group for the few rows of generation, in one dispatch. Many rows: tiled.ts, or `dequantize` and
// `matmul`.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { highestRank, segmentArray, segmentOfSnippet, segmentSnippet } from '../lib/segments.ts';
import { linearVectorReference } from './linear.ref.ts';
import vectorSource from './linear_vector.wgsl?raw';
import subgroupSource from './linear_vector_subgroup.wgsl?raw';

const params = { segments: segmentArray, n: 'u32', k: 'u32', out: 'u32', ru: 'u32', count: 'u32' } as const;

const buffers = {
  x: 'read',
  w: 'read u32',
  w_scales: 'read u32',
  u: 'read',
  adapter: 'read',
  residual: 'read',
  y: 'read_write',
} as const;

/** Rows that `linearVector` takes. */
export const VECTOR_ROWS = 4;

/** x [N, K], u [N, RU], residual [N, OUT] → y [N, OUT] for N up to VECTOR_ROWS and K a multiple of 4. */
export const linearVector = defineKernel({
  name: 'linear_vector',
  source: vectorSource,
  snippets: [segmentSnippet, segmentOfSnippet],
  slots: ['decode'],
  buffers,
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
  buffers,
  params,
  constants: { HAS_RESIDUAL: 0, ONE_ROW: 0 },
  features: ['subgroups'],
  workgroups: ({ out }) => [Math.min(out, 32768), Math.ceil(out / 32768), 1],
  chain: ({ segments, k, n }) => Math.ceil(k / 256) + Math.ceil(highestRank(segments) / 64) + n + 8,
  reference: linearVectorReference,
});

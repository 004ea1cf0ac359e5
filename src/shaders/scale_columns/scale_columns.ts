// Declares column scales over a linear group: by trained vectors l, or by trained numbers m over the norms n of the adapted rows, which
// are taken once a step and held constant in backward; the scaled output; the gradient of l or m.
// Source: Liu et al., DoRA, 2024, 4.3; Liu et al., IA3, 2022; PEFT 0.21 tuners/lora/dora.py, tuners/ia3/layer.py.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { highestRank, segmentArray, segmentOfSnippet, segmentSnippet } from '../lib/segments.ts';
import { columnGroups, slicedRows, slicesSnippet, wholeColumns } from '../lib/slices.ts';
import { MANY_LANES, totalChain, totalSnippet } from '../lib/total.ts';
import normSource from './row_norm_table.wgsl?raw';
import sharedNormSource from './row_norm_table_workgroup.wgsl?raw';
import {
  rowNormTableReference,
  scaleColumnsGradReference,
  scaleColumnsReference,
  vectorTableReference,
} from './scale_columns.ref.ts';
import source from './scale_columns.wgsl?raw';
import gradSource from './scale_columns_grad.wgsl?raw';
import vectorSource from './vector_table.wgsl?raw';

/** W [OUT, K] packed and the adapter → table [2, OUT]: c = m / n, and n. */
export const rowNormTable = defineKernel({
  name: 'row_norm_table',
  source: normSource,
  snippets: [segmentSnippet, segmentOfSnippet],
  slots: ['decode'],
  buffers: { w: 'read u32', w_scales: 'read u32', adapter: 'read', table: 'read_write' },
  params: { segments: segmentArray, k: 'u32', out: 'u32', count: 'u32' },
  constants: {},
  workgroups: ({ out }) => [out, 1, 1],
  chain: ({ k, segments }) => Math.ceil(k / 64) * highestRank(segments) + 64,
  reference: rowNormTableReference,
});

/** `rowNormTable` for adapters with many lanes. */
export const rowNormTableWorkgroup = defineKernel({
  name: 'row_norm_table_workgroup',
  source: sharedNormSource,
  snippets: [segmentSnippet, segmentOfSnippet, totalSnippet],
  slots: ['decode'],
  buffers: rowNormTable.buffers,
  params: rowNormTable.params,
  constants: { LANES: MANY_LANES },
  workgroups: ({ out }) => [out, 1, 1],
  chain: ({ k, segments }, { LANES }) => Math.ceil(k / 4 / LANES) * highestRank(segments) + totalChain(LANES),
  reference: rowNormTableReference,
});

/** The adapter → table [2, OUT]: c = l, and 1. */
export const vectorTable = defineKernel({
  name: 'vector_table',
  source: vectorSource,
  snippets: [segmentSnippet, segmentOfSnippet],
  buffers: { adapter: 'read', table: 'read_write' },
  params: { segments: segmentArray, out: 'u32', count: 'u32' },
  constants: {},
  workgroups: ({ out }) => [Math.ceil(out / 64), 1, 1],
  reference: vectorTableReference,
});

/** x [N, OUT] → y = c x (+ residual); with x = dy and no residual, the gradient of x. */
export const scaleColumns = defineKernel({
  name: 'scale_columns',
  source,
  buffers: { x: 'read', table: 'read', residual: 'read', y: 'read_write' },
  params: { n: 'u32', out: 'u32' },
  constants: { ...gridConstants, HAS_RESIDUAL: 0 },
  workgroups: ({ n, out }) => flatGrid(n * out),
  reference: scaleColumnsReference,
});

/** z, dy [N, OUT] → grads [S, total], added at the offset of m, or of l with OWN_SCALE 1. */
export const scaleColumnsGrad = defineKernel({
  name: 'scale_columns_grad',
  source: gradSource,
  snippets: [segmentSnippet, segmentOfSnippet, slicesSnippet],
  buffers: { z: 'read', dy: 'read', table: 'read', grads: 'read_write' },
  params: { segments: segmentArray, n: 'u32', out: 'u32', count: 'u32', total: 'u32', splits: 'u32' },
  constants: { ...wholeColumns, OWN_SCALE: 0 },
  workgroups: ({ out, splits }, constants) => [columnGroups(out, constants), splits, 1],
  chain: ({ n, splits }, constants) => slicedRows(n, splits, constants),
  reference: scaleColumnsGradReference,
});

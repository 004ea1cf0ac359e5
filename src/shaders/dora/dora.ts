// Declares DoRA over a linear group: the norms of the adapted rows, taken once a step and held constant in backward; the output
// scaled by m / n; the gradient of m. IA3 is the same with a vector in place of
// m / n. Source: Liu et al., DoRA, 2024, 4.3; Liu et al., IA3, 2022; PEFT 0.21 tuners/lora/dora.py, tuners/ia3/layer.py.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { segmentArray, segmentOfSnippet, segmentSnippet } from '../lib/segments.ts';
import { doraGradReference, doraNormReference, doraReference, ia3TableReference } from './dora.ref.ts';
import source from './dora.wgsl?raw';
import gradSource from './dora_grad.wgsl?raw';
import normSource from './dora_norm.wgsl?raw';
import ia3Source from './ia3_table.wgsl?raw';

/** W [OUT, K] packed and the adapter → table [2, OUT]: c = m / n, and n. */
export const doraNorm = defineKernel({
  name: 'dora_norm',
  source: normSource,
  snippets: [segmentSnippet, segmentOfSnippet],
  slots: ['decode'],
  buffers: { w: 'read u32', w_scales: 'read u32', adapter: 'read', table: 'read_write' },
  params: { segments: segmentArray, k: 'u32', out: 'u32', count: 'u32' },
  constants: {},
  workgroups: ({ out }) => [out, 1, 1],
  reference: doraNormReference,
});

/** The adapter → table [2, OUT]: c = l, and 1. */
export const ia3Table = defineKernel({
  name: 'ia3_table',
  source: ia3Source,
  snippets: [segmentSnippet, segmentOfSnippet],
  buffers: { adapter: 'read', table: 'read_write' },
  params: { segments: segmentArray, out: 'u32', count: 'u32' },
  constants: {},
  workgroups: ({ out }) => [Math.ceil(out / 64), 1, 1],
  reference: ia3TableReference,
});

/** x [N, OUT] → y = c x (+ residual); with x = dy and no residual, the gradient of x. */
export const dora = defineKernel({
  name: 'dora',
  source,
  buffers: { x: 'read', table: 'read', residual: 'read', y: 'read_write' },
  params: { n: 'u32', out: 'u32' },
  constants: { ...gridConstants, HAS_RESIDUAL: 0 },
  workgroups: ({ n, out }) => flatGrid(n * out),
  reference: doraReference,
});

/** z, dy [N, OUT] → grads [S, total], added at the offset of m. */
export const doraGrad = defineKernel({
  name: 'dora_grad',
  source: gradSource,
  snippets: [segmentSnippet, segmentOfSnippet],
  buffers: { z: 'read', dy: 'read', table: 'read', grads: 'read_write' },
  params: { segments: segmentArray, n: 'u32', out: 'u32', count: 'u32', total: 'u32', splits: 'u32' },
  constants: { IA3: 0 },
  workgroups: ({ out, splits }) => [Math.ceil(out / 64), splits, 1],
  reference: doraGradReference,
});

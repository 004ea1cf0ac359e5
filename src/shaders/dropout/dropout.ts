// Declares `dropout` and gives its mask as a snippet: the LoRA kernels apply it in passing, without storing it.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import { dropoutReference } from './dropout.ref.ts';
import source from './dropout.wgsl?raw';
import scaleSource from './dropout_scale.wgsl?raw';

/** WGSL `fn dropout_scale(seed, stream, element, rate) -> f32`. */
export const dropoutSnippet: string = scaleSource;

/** x [N] → y [N]; its gradient is the same kernel on dy. */
export const dropout = defineKernel({
  name: 'dropout',
  source,
  snippets: [stepSnippet, scaleSource],
  buffers: { x: 'read', step: 'uniform', y: 'read_write' },
  params: { n: 'u32', stream: 'u32', rate: 'f32' },
  constants: gridConstants,
  workgroups: ({ n }) => flatGrid(n),
  reference: dropoutReference,
});

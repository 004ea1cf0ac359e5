// Declares `scale`: hidden states times a number that a model's configuration says. Its gradient is itself.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { scaleReference } from './scale.ref.ts';
import source from './scale.wgsl?raw';

/** x [n] → y [n] = factor · x. */
export const scale = defineKernel({
  name: 'scale',
  source,
  buffers: { x: 'read', y: 'read_write' },
  params: { n: 'u32', factor: 'f32' },
  constants: gridConstants,
  workgroups: ({ n }) => flatGrid(n),
  reference: scaleReference,
});

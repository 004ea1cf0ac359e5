// Declares `add_bias`: what a frozen bias adds to a product. Its gradient in x is the identity; b is frozen.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { addBiasReference } from './add_bias.ref.ts';
import source from './add_bias.wgsl?raw';

/** x [N, C] += b [C], in place. */
export const addBias = defineKernel({
  name: 'add_bias',
  source,
  buffers: { b: 'read', x: 'read_write' },
  params: { n: 'u32', c: 'u32' },
  constants: gridConstants,
  workgroups: ({ n, c }) => flatGrid(n * c),
  reference: addBiasReference,
});

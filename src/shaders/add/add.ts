// Declares the kernel `add`: y[n] = a[n] + b[n]. Not differentiated: it joins gradients.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { addReference } from './add.ref.ts';
import source from './add.wgsl?raw';

export const add = defineKernel({
  name: 'add',
  source,
  buffers: { a: 'read', b: 'read', y: 'read_write' },
  params: { n: 'u32' },
  constants: gridConstants,
  workgroups: ({ n }) => flatGrid(n),
  reference: addReference,
});

// Declares `embedding`: ids [N] and a packed table [V, C] → x [N, C]. The table is frozen: no gradient kernel.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import source from './embedding.wgsl?raw';

export const embedding = defineKernel({
  name: 'embedding',
  source,
  slots: ['decode'],
  buffers: { ids: 'read', w: 'read', w_scales: 'read', x: 'read_write' },
  params: { n: 'u32', c: 'u32', v: 'u32', first: 'u32', rows: 'u32' },
  constants: gridConstants,
  workgroups: ({ n, c }) => flatGrid(n * c),
});

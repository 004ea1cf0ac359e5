// Declares the gradient of a whole output head (modules_to_save) from the gradient of a chunk of logits.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { headGradReference } from './head_grad.ref.ts';
import source from './head_grad.wgsl?raw';

/** dz [rows, V], h [N, C] → grads [S, total], added at `offset`. */
export const headGrad = defineKernel({
  name: 'head_grad',
  source,
  buffers: { dz: 'read', h: 'read', grads: 'read_write' },
  params: { rows: 'u32', v: 'u32', c: 'u32', first_row: 'u32', offset: 'u32' },
  constants: gridConstants,
  workgroups: ({ v, c }) => flatGrid(Math.ceil(v / 4) * Math.ceil(c / 4)),
  chain: ({ rows }) => rows,
  reference: headGradReference,
});

// Declares `gelu` and its gradient, the activation without a gate. Source of the formula: torch.nn.functional.gelu(approximate='tanh'), which
// transformers 4.57 calls gelu_new as well.
import gelu from '../geglu/gelu.wgsl?raw';
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { geluBackwardReference, geluReference } from './gelu.ref.ts';
import source from './gelu.wgsl?raw';
import backwardSource from './gelu_backward.wgsl?raw';

/** a [N] → h [N]. */
export const geluForward = defineKernel({
  name: 'gelu',
  source,
  snippets: [gelu],
  buffers: { a: 'read', h: 'read_write' },
  params: { n: 'u32' },
  constants: gridConstants,
  workgroups: ({ n }) => flatGrid(n),
  reference: geluReference,
});

/** dh, a [N] → da [N]. */
export const geluBackward = defineKernel({
  name: 'gelu_backward',
  source: backwardSource,
  snippets: [gelu],
  buffers: { dh: 'read', a: 'read', da: 'read_write' },
  params: { n: 'u32' },
  constants: gridConstants,
  workgroups: ({ n }) => flatGrid(n),
  reference: geluBackwardReference,
});

// Declares `geglu` and its gradient. Source of the formula: torch.nn.functional.gelu(approximate='tanh'), transformers 4.57 Gemma3MLP.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { gegluBackwardReference, gegluReference } from './geglu.ref.ts';
import source from './geglu.wgsl?raw';
import backwardSource from './geglu_backward.wgsl?raw';
import gelu from './gelu.wgsl?raw';

/** gate | up [N, 2F] → h [N, F]. */
export const geglu = defineKernel({
  name: 'geglu',
  source,
  snippets: [gelu],
  buffers: { gu: 'read', h: 'read_write' },
  params: { n: 'u32', f: 'u32' },
  constants: gridConstants,
  workgroups: ({ n, f }) => flatGrid(n * f),
  reference: gegluReference,
});

/** dh [N, F], gate | up [N, 2F] → their gradient [N, 2F]. */
export const gegluBackward = defineKernel({
  name: 'geglu_backward',
  source: backwardSource,
  snippets: [gelu],
  buffers: { dh: 'read', gu: 'read', dgu: 'read_write' },
  params: { n: 'u32', f: 'u32' },
  constants: gridConstants,
  workgroups: ({ n, f }) => flatGrid(n * f),
  reference: gegluBackwardReference,
});

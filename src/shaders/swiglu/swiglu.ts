// Declares `swiglu` and its gradient. Source of the formula: transformers 4.57 LlamaMLP with silu.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { swigluBackwardReference, swigluReference } from './swiglu.ref.ts';
import source from './swiglu.wgsl?raw';
import backwardSource from './swiglu_backward.wgsl?raw';

/** gate | up [N, 2F] → h [N, F]. */
export const swiglu = defineKernel({
  name: 'swiglu',
  source,
  buffers: { gu: 'read', h: 'read_write' },
  params: { n: 'u32', f: 'u32' },
  constants: gridConstants,
  workgroups: ({ n, f }) => flatGrid(n * f),
  reference: swigluReference,
});

/** dh [N, F], gate | up [N, 2F] → their gradient [N, 2F]. */
export const swigluBackward = defineKernel({
  name: 'swiglu_backward',
  source: backwardSource,
  buffers: { dh: 'read', gu: 'read', dgu: 'read_write' },
  params: { n: 'u32', f: 'u32' },
  constants: gridConstants,
  workgroups: ({ n, f }) => flatGrid(n * f),
  reference: swigluBackwardReference,
});

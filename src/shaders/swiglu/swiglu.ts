// Declares `swiglu` and its gradient, and both by vectors of four; `swigluKernels` chooses. Source of the formula: transformers 4.57 LlamaMLP with silu.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { swigluBackwardReference, swigluReference } from './swiglu.ref.ts';
import source from './swiglu.wgsl?raw';
import backwardSource from './swiglu_backward.wgsl?raw';
import backwardVectorsSource from './swiglu_backward_vectors.wgsl?raw';
import vectorsSource from './swiglu_vectors.wgsl?raw';

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

/** The same for F a multiple of 4. */
export const swigluVectors = defineKernel({
  ...swiglu,
  name: 'swiglu_vectors',
  source: vectorsSource,
  workgroups: ({ n, f }) => flatGrid((n * f) / 4),
});

export const swigluBackwardVectors = defineKernel({
  ...swigluBackward,
  name: 'swiglu_backward_vectors',
  source: backwardVectorsSource,
  workgroups: ({ n, f }) => flatGrid((n * f) / 4),
});

/** Those that fit a width. */
export const swigluKernels = (f: number) =>
  f % 4 === 0
    ? ({ forward: swigluVectors, backward: swigluBackwardVectors } as const)
    : ({ forward: swiglu, backward: swigluBackward } as const);

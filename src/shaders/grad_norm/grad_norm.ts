// Declares `grad_reduce` and `clip_factor`: partial gradients become one gradient a tensor, its norm, the global norm and
// the clipping factor. Source: torch 2.13 nn/utils/clip_grad.py.
import { defineKernel } from '../kernel.ts';
import clipSource from './clip_factor.wgsl?raw';
import { clipFactorReference, gradReduceReference } from './grad_norm.ref.ts';
import source from './grad_reduce.wgsl?raw';

/** grads [S, total] → grads[0, ·] and metrics[norm_offset + tensor]. */
export const gradReduce = defineKernel({
  name: 'grad_reduce',
  source,
  buffers: { table: 'read u32', grads: 'read_write', metrics: 'read_write' },
  params: { tensors: 'u32', splits: 'u32', total: 'u32', norm_offset: 'u32' },
  constants: {},
  workgroups: ({ tensors }) => [tensors, 1, 1],
  chain: null,
  reference: gradReduceReference,
});

/** Tensor norms → metrics[0] global norm, metrics[1] factor. */
export const clipFactor = defineKernel({
  name: 'clip_factor',
  source: clipSource,
  buffers: { metrics: 'read_write' },
  params: { tensors: 'u32', norm_offset: 'u32', max_norm: 'f32' },
  constants: {},
  workgroups: () => [1, 1, 1],
  chain: ({ tensors }) => Math.ceil(tensors / 64) + 64,
  reference: clipFactorReference,
});

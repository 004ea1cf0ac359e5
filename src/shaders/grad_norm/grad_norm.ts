// Declares `grad_reduce` and `clip_factor`: partial gradients become one gradient a tensor, its norm, the global norm and
// the clipping factor. Source: torch 2.13 nn/utils/clip_grad.py.
import { defineKernel } from '../kernel.ts';
import { lanes, MANY_LANES, totalChain, totalSnippet } from '../lib/total.ts';
import clipSource from './clip_factor.wgsl?raw';
import {
  clipFactorReference,
  gradReduceReference,
  gradStretchesReference,
  STRETCH,
  stretchNormsReference,
} from './grad_norm.ref.ts';
import source from './grad_reduce.wgsl?raw';
import stretchesSource from './grad_stretches.wgsl?raw';
import normsSource from './stretch_norms.wgsl?raw';

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

/**
 * Tensors as [offset, length] → the table of `gradReduce`, and behind it what `gradStretches` reads: first stretch and number of stretches of
 * each tensor, then offset and length of each stretch.
 */
export function stretchTable(tensors: readonly (readonly [offset: number, length: number])[]): {
  readonly table: Uint32Array<ArrayBuffer>;
  readonly stretches: number;
} {
  const stretches: number[] = [];
  const places = tensors.flatMap(([offset, length]) => {
    const first = stretches.length / 2;
    for (let at = 0; at < length; at += STRETCH) stretches.push(offset + at, Math.min(STRETCH, length - at));
    return [first, stretches.length / 2 - first];
  });
  const table = Uint32Array.from([...tensors.flat(), ...places, ...stretches]);
  return { table, stretches: stretches.length / 2 };
}

/** grads [S, total] → grads[0, ·] and squares [stretches]. */
export const gradStretches = defineKernel({
  name: 'grad_stretches',
  source: stretchesSource,
  snippets: [totalSnippet],
  buffers: { table: 'read u32', grads: 'read_write', squares: 'read_write' },
  params: { tensors: 'u32', stretches: 'u32', splits: 'u32', total: 'u32' },
  constants: { LANES: MANY_LANES },
  workgroups: ({ stretches }) => [stretches, 1, 1],
  chain: (_, { LANES }) => STRETCH / LANES + totalChain(LANES),
  reference: gradStretchesReference,
});

/** squares [stretches] → metrics[norm_offset + tensor]. */
export const stretchNorms = defineKernel({
  name: 'stretch_norms',
  source: normsSource,
  snippets: [totalSnippet],
  buffers: { table: 'read u32', squares: 'read', metrics: 'read_write' },
  params: { tensors: 'u32', norm_offset: 'u32' },
  constants: { LANES: MANY_LANES },
  workgroups: ({ tensors }) => [tensors, 1, 1],
  chain: null,
  reference: stretchNormsReference,
});

/** Tensor norms → metrics[0] global norm, metrics[1] factor. */
export const clipFactor = defineKernel({
  name: 'clip_factor',
  source: clipSource,
  snippets: [totalSnippet],
  buffers: { metrics: 'read_write' },
  params: { tensors: 'u32', norm_offset: 'u32', max_norm: 'f32' },
  constants: lanes,
  workgroups: () => [1, 1, 1],
  chain: ({ tensors }, { LANES }) => Math.ceil(tensors / LANES) + totalChain(LANES),
  reference: clipFactorReference,
});

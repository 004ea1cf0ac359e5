// Declares `to_half` and `from_half`: numbers that rest between the forward and the backward pass take half the room.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import fromSource from './from_half.wgsl?raw';
import { fromHalfReference, toHalfReference } from './half.ref.ts';
import toSource from './to_half.wgsl?raw';

export { LARGEST } from './half.ref.ts';

/** x [n] → words [⌈n/2⌉], two of IEEE binary16 each; beyond ±65504 the largest. */
export const toHalf = defineKernel({
  name: 'to_half',
  source: toSource,
  buffers: { x: 'read', words: 'read_write u32' },
  params: { n: 'u32' },
  constants: gridConstants,
  workgroups: ({ n }) => flatGrid(Math.ceil(n / 2)),
  reference: toHalfReference,
});

/** words [⌈n/2⌉] → y [n]. */
export const fromHalf = defineKernel({
  name: 'from_half',
  source: fromSource,
  buffers: { words: 'read u32', y: 'read_write' },
  params: { n: 'u32' },
  constants: gridConstants,
  workgroups: ({ n }) => flatGrid(Math.ceil(n / 2)),
  reference: fromHalfReference,
});

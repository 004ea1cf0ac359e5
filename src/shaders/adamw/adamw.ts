// Declares `adamw`: the optimiser step over the flat adapter buffer. Source of the order of operations: torch 2.13
// optim/adam.py (decoupled weight decay first, eps outside the bias-corrected root).
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import { adamwReference } from './adamw.ref.ts';
import source from './adamw.wgsl?raw';

export const adamw = defineKernel({
  name: 'adamw',
  source,
  snippets: [stepSnippet],
  buffers: {
    p: 'read_write',
    grads: 'read',
    m: 'read_write',
    v: 'read_write',
    table: 'read',
    metrics: 'read',
    step: 'uniform',
  },
  params: { n: 'u32', beta2: 'f32', one_minus_beta1: 'f32', one_minus_beta2: 'f32', eps: 'f32' },
  constants: gridConstants,
  workgroups: ({ n }) => flatGrid(n),
  reference: adamwReference,
});

// Declares `lion`: the sign-momentum optimiser over the flat adapter buffer. Source of the order of operations:
// bitsandbytes 0.50.2 Lion, 32 bits (transformers' optim="lion_32bit"); Chen et al. 2023, arXiv 2302.06675.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import { lionReference } from './lion.ref.ts';
import source from './lion.wgsl?raw';

export const lion = defineKernel({
  name: 'lion',
  source,
  snippets: [stepSnippet],
  buffers: {
    p: 'read_write',
    grads: 'read',
    m: 'read_write',
    table: 'read',
    metrics: 'read',
    step: 'uniform',
  },
  params: { n: 'u32', beta1: 'f32', one_minus_beta1: 'f32', beta2: 'f32', one_minus_beta2: 'f32' },
  constants: gridConstants,
  workgroups: ({ n }) => flatGrid(n),
  reference: lionReference,
});

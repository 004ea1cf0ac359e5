// Declares `sgd`: gradient descent over the flat adapter buffer. Source: torch 2.15 optim/sgd.py, momentum 0.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import { sgdReference } from './sgd.ref.ts';
import source from './sgd.wgsl?raw';

export const sgd = defineKernel({
  name: 'sgd',
  source,
  snippets: [stepSnippet],
  buffers: { p: 'read_write', grads: 'read', table: 'read', metrics: 'read', step: 'uniform' },
  params: { n: 'u32' },
  constants: gridConstants,
  workgroups: ({ n }) => flatGrid(n),
  reference: sgdReference,
});

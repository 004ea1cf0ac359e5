// Declares `adafactor`: the optimiser with a factored second moment. Source: transformers 5.24 optimization.py Adafactor as
// Trainer makes it (scale_parameter=False, relative_step=False, clip_threshold 1); Shazeer and Stern 2018, arXiv 1804.04235.
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import { adafactorReference } from './adafactor.ref.ts';
import source from './adafactor.wgsl?raw';

export const adafactor = defineKernel({
  name: 'adafactor',
  source,
  snippets: [stepSnippet],
  buffers: {
    p: 'read_write',
    grads: 'read',
    squares: 'read_write',
    shapes: 'read u32',
    table: 'read',
    metrics: 'read',
    step: 'uniform',
  },
  params: { tensors: 'u32', eps: 'f32' },
  constants: {},
  workgroups: ({ tensors }) => [tensors, 1, 1],
  chain: null,
  reference: adafactorReference,
});

// Declares `embedding`: ids [N] and a packed table [V, C] → x [N, C]. The table is frozen: no gradient kernel.
// Noise on top (NEFTune) as transformers 5.24 integrations/neftune.py, drawn by a counter instead of torch's generator.

import { dropoutSnippet } from '../dropout/dropout.ts';
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import { embeddingReference, NOISE_STREAM } from './embedding.ref.ts';
import source from './embedding.wgsl?raw';

export const embedding = defineKernel({
  name: 'embedding',
  source,
  snippets: [stepSnippet, dropoutSnippet],
  slots: ['decode'],
  buffers: { ids: 'read u32', w: 'read u32', w_scales: 'read u32', step: 'uniform', x: 'read_write' },
  params: { n: 'u32', c: 'u32', v: 'u32', first: 'u32', rows: 'u32', first_block: 'u32' },
  constants: { ...gridConstants, HAS_NOISE: 0, NOISE_STREAM },
  workgroups: ({ n, c }) => flatGrid(n * c),
  reference: embeddingReference,
});

// Declares `add_positions`: learned positions, added to the embeddings. Its gradient in x is the identity; the table is frozen.
// Source: transformers 4.57 models/gpt2/modeling_gpt2.py.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import { addPositionsReference } from './add_positions.ref.ts';
import source from './add_positions.wgsl?raw';

/** x [N, C] += rows of table [positions, C], in place; row n stands at position step.position + n mod t, with HAS_DOCUMENTS less documents[n]. */
export const addPositions = defineKernel({
  name: 'add_positions',
  source,
  snippets: [stepSnippet],
  buffers: { table: 'read', documents: 'read u32', step: 'uniform', x: 'read_write' },
  params: { n: 'u32', c: 'u32', t: 'u32', positions: 'u32' },
  constants: { ...gridConstants, HAS_DOCUMENTS: 0 },
  workgroups: ({ n, c }) => flatGrid(n * c),
  reference: addPositionsReference,
});

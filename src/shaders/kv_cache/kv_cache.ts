// Declares `kv_append`: new keys and values enter a layer's cache. Only in generation; no gradient.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import source from './kv_append.wgsl?raw';
import { kvAppendReference } from './kv_cache.ref.ts';

export const kvAppend = defineKernel({
  name: 'kv_append',
  source,
  snippets: [stepSnippet],
  buffers: { qkv: 'read', step: 'uniform', cache: 'read_write' },
  params: { t: 'u32', width: 'u32', stride: 'u32', k_offset: 'u32', v_offset: 'u32', max_t: 'u32' },
  constants: gridConstants,
  workgroups: ({ t, width }) => flatGrid(t * width),
  reference: kvAppendReference,
});

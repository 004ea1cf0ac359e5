// Declares what trains in an embedding: the gradient of a whole table (modules_to_save), and an adapter on one, A [R, V], B [C, R].
// Sums run in a fixed order, without atomics. Source: PEFT 0.21 tuners/lora/layer.py Embedding; torch embedding_dense_backward.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import {
  embeddingGradReference,
  embeddingLoraGradReference,
  embeddingLoraReference,
} from './embedding_grad.ref.ts';
import source from './embedding_grad.wgsl?raw';
import loraSource from './embedding_lora.wgsl?raw';
import loraGradSource from './embedding_lora_grad.wgsl?raw';

const loraParams = {
  n: 'u32',
  c: 'u32',
  v: 'u32',
  rank: 'u32',
  a_offset: 'u32',
  b_offset: 'u32',
  scale: 'f32',
} as const;

/** ids [N], dx [N, C] → grads [S, total], added at `offset`. */
export const embeddingGrad = defineKernel({
  name: 'embedding_grad',
  source,
  buffers: { ids: 'read u32', dx: 'read', grads: 'read_write' },
  params: { n: 'u32', c: 'u32', v: 'u32', offset: 'u32' },
  constants: gridConstants,
  workgroups: ({ n, c }) => flatGrid(n * c),
  chain: ({ n }) => n,
  reference: embeddingGradReference,
});

/** ids [N] → x [N, C], added. */
export const embeddingLora = defineKernel({
  name: 'embedding_lora',
  source: loraSource,
  buffers: { ids: 'read u32', adapter: 'read', x: 'read_write' },
  params: loraParams,
  constants: gridConstants,
  workgroups: ({ n, c }) => flatGrid(n * c),
  chain: ({ rank }) => rank,
  reference: embeddingLoraReference,
});

/** ids [N], dx [N, C] → grads [S, total], added at the offsets of A and B. */
export const embeddingLoraGrad = defineKernel({
  name: 'embedding_lora_grad',
  source: loraGradSource,
  buffers: { ids: 'read u32', adapter: 'read', dx: 'read', grads: 'read_write' },
  params: loraParams,
  constants: gridConstants,
  workgroups: ({ n, c, rank }) => flatGrid((n + c) * rank),
  chain: ({ n, c }) => n * c,
  reference: embeddingLoraGradReference,
});

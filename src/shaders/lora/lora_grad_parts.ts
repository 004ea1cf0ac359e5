// Declares a group's gradients and the addition of a product's parts in one dispatch, for adapters with many lanes: neither waits for the other.
import { defineKernel } from '../kernel.ts';
import type { LinearPartsArguments } from '../linear/tiled.ref.ts';
import { linearPartsReference } from '../linear/tiled.ref.ts';
import type { LoraGradArguments } from './lora.ref.ts';
import { loraGradReference } from './lora.ref.ts';
import source from './lora_grad_parts.wgsl?raw';
import { gradChain, loraGradWorkgroup } from './lora_workgroup.ts';

/** Workgroups along the first dimension. */
const GROUPS_WIDE = 32_768;
/** Numbers of the product that a workgroup takes. */
const NUMBERS = 1024;

type LoraGradPartsArguments = LoraGradArguments & LinearPartsArguments;

/** grads, y. */
function loraGradPartsReference(args: LoraGradPartsArguments): void {
  loraGradReference(args);
  linearPartsReference(args);
}

/** x, u, dy, du → grads [S, total], added; parts [TERMS, SIZE], residual [SIZE] → y [SIZE], SIZE a multiple of 4. */
export const loraGradParts = defineKernel({
  name: 'lora_grad_parts',
  source,
  snippets: loraGradWorkgroup.snippets ?? [],
  buffers: { ...loraGradWorkgroup.buffers, parts: 'read', residual: 'read', y: 'read_write' },
  params: { ...loraGradWorkgroup.params, blocks: 'u32', size: 'u32', terms: 'u32' },
  constants: { ...loraGradWorkgroup.constants, HAS_RESIDUAL: 0, GROUPS_WIDE },
  workgroups: ({ blocks, splits, size }) => {
    const groups = blocks * splits + Math.ceil(size / NUMBERS);
    return [Math.min(groups, GROUPS_WIDE), Math.ceil(groups / GROUPS_WIDE), 1];
  },
  chain: ({ n, splits, terms }) => Math.max(gradChain(n, splits), terms),
  reference: loraGradPartsReference,
});

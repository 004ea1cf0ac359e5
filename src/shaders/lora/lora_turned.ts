// Declares, for adapters with many lanes, what stands between attention's gradient and the product behind it in one dispatch: parts added up, q and k
// turned back, and du of what that gives.
import type { JoinKvArguments } from '../attention_tile/attention_tile.ref.ts';
import { attentionTileJoinKvReference } from '../attention_tile/attention_tile.ref.ts';
import type { FloatArray } from '../declaration.ts';
import { defineKernel } from '../kernel.ts';
import { segmentSnippet, widestMember } from '../lib/segments.ts';
import { stepSnippet } from '../lib/step.ts';
import type { RopeArguments } from '../rope/rope.ref.ts';
import { ropeReference } from '../rope/rope.ref.ts';
import bRows from './b_rows.wgsl?raw';
import blockSum from './block_sum.wgsl?raw';
import type { LoraUpBackwardArguments } from './lora.ref.ts';
import { loraUpBackwardReference } from './lora.ref.ts';
import { loraUpBackward } from './lora.ts';
import source from './lora_up_backward_turned.wgsl?raw';
import { blocksOf, shared } from './lora_workgroup.ts';

interface LoraUpBackwardTurnedArguments
  extends Omit<LoraUpBackwardArguments, 'dy'>,
    Pick<RopeArguments, 'cos_table' | 'sin_table' | 'documents' | 'step' | 't' | 'dims' | 'HAS_DOCUMENTS'>,
    Pick<JoinKvArguments, 'parts_kv'> {
  readonly turned: FloatArray;
  readonly dqkv: FloatArray;
  readonly heads: number;
  readonly kv_heads: number;
  readonly d: number;
  /** Parts of dk and dv. */
  readonly terms: number;
  readonly PARTS: number;
}

/** dqkv, du. */
function loraUpBackwardTurnedReference(args: LoraUpBackwardTurnedArguments): void {
  const { turned, dqkv, n, out, heads, kv_heads, d, terms } = args;
  const [k_offset, v_offset] = [heads * d, (heads + kv_heads) * d];
  dqkv.set(turned.subarray(0, n * out));
  const strides = { k_stride: out, k_offset, v_stride: out, v_offset };
  if (args.PARTS === 1) attentionTileJoinKvReference({ ...args, ...strides, rows: n, parts: terms, D: d });
  ropeReference({
    ...args,
    x: dqkv,
    stride: out,
    q_offset: 0,
    k_offset,
    heads_q: heads,
    heads_k: kv_heads,
    sign: -1,
  });
  loraUpBackwardReference({ ...args, dy: dqkv });
}

/** Whether a vector of a head and the one that it turns with are whole vectors. */
export const turnsInFours = (d: number, dims: number): boolean => d % 4 === 0 && dims % 8 === 0;

/**
 * turned [N, OUT], OUT = (H + 2G) D; with PARTS dk and dv are in parts_kv [TERMS, N, G, 2, D] instead → dqkv [N, OUT] of what was not turned, du [N, RU].
 * Every member has an adapter.
 */
export const loraUpBackwardTurned = defineKernel({
  name: 'lora_up_backward_turned',
  source,
  snippets: [segmentSnippet, stepSnippet, blockSum, bRows],
  buffers: {
    turned: 'read',
    parts_kv: 'read',
    cos_table: 'read',
    sin_table: 'read',
    documents: 'read u32',
    step: 'uniform',
    adapter: 'read',
    dqkv: 'read_write',
    du: 'read_write',
  },
  params: {
    ...loraUpBackward.params,
    ...{ t: 'u32', heads: 'u32', kv_heads: 'u32', d: 'u32', dims: 'u32', terms: 'u32' },
  },
  constants: { RANKS_OF_4: 0, HAS_DOCUMENTS: 0, PARTS: 0 },
  workgroups: ({ n, segments }) => [blocksOf(segments), Math.ceil(n / 4), 1],
  chain: ({ segments, kv_heads, d, terms }, { PARTS }) =>
    Math.max(shared(widestMember(segments)), PARTS === 1 ? shared(kv_heads * d) * (1 + terms) : 0),
  reference: loraUpBackwardTurnedReference,
});

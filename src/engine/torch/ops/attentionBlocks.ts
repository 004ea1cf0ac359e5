// Attention by blocks of four queries or keys an invocation, where a profile has them and the head is no wider than they hold. Knows the shape of a
// call and nothing of tapes; the row variant stands in attention.ts.
import {
  attentionBlock,
  attentionBlockBackwardKv,
  attentionBlockBackwardQ,
  headCode,
  WIDEST_BLOCK_HEAD,
} from '../../../shaders/attention/attention_block.ts';
import type { KernelCall, ParamValues } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import type { KernelProfile, Ref } from '../autograd/operation.ts';

type Numbers = ParamValues<typeof attentionBlock.params>;
type Buffers<B> = Readonly<Record<keyof B, Ref>>;
type Constants = Readonly<Record<'D' | 'HAS_DOCUMENTS' | 'HAS_DROPOUT', number>>;

/** Queries from which a block is worth it: a token of an answer has one. */
const LEAST_QUERIES = 3;

const inBlocks = ({ attention }: KernelProfile, { t_q }: Numbers, { D }: Constants): boolean =>
  attention === 'block' && D <= WIDEST_BLOCK_HEAD && t_q >= LEAST_QUERIES;

/** null: not in blocks. */
export function blockCalls(
  buffers: Buffers<typeof attentionBlock.buffers>,
  params: Numbers,
  constants: Constants,
  profile: KernelProfile,
): KernelCall<Ref>[] | null {
  if (!inBlocks(profile, params, constants)) return null;
  const slots = { head: headCode(attentionBlock, constants.D) };
  return [call(attentionBlock, { buffers, params, constants, slots })];
}

/** dq, then dk and dv; null: not in blocks. */
export function blockBackwardCalls(
  buffers: {
    readonly q: Buffers<typeof attentionBlockBackwardQ.buffers>;
    readonly kv: Buffers<typeof attentionBlockBackwardKv.buffers>;
  },
  params: Numbers,
  constants: Constants,
  profile: KernelProfile,
): KernelCall<Ref>[] | null {
  if (!inBlocks(profile, params, constants)) return null;
  const head = (kernel: typeof attentionBlockBackwardQ | typeof attentionBlockBackwardKv) => ({
    head: headCode(kernel, constants.D),
  });
  return [
    call(attentionBlockBackwardQ, {
      ...{ buffers: buffers.q, params, constants },
      slots: head(attentionBlockBackwardQ),
    }),
    call(attentionBlockBackwardKv, {
      ...{ buffers: buffers.kv, params, constants },
      slots: head(attentionBlockBackwardKv),
    }),
  ];
}

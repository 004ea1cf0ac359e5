// Attention by blocks on the GPU against the references: lengths around a block, grouped heads, documents and windows whose edges lie inside a
// block, dropout, a cache with a position.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import {
  type AttentionCase,
  attentionArrays,
  attentionBounds,
  attentionCaseName,
  attentionInputs,
  attentionLearnt,
  attentionNumbers,
  cacheCase,
} from '../testing/attention.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches } from '../testing/tolerance.ts';
import {
  attentionBlock,
  attentionBlockBackwardKv,
  attentionBlockBackwardQ,
  headCode,
} from './attention_block.ts';

const gpu = await gpuOrNull();

/** Few and of narrow heads, for a software adapter takes seconds to compile each. */
const cases: readonly AttentionCase[] = [
  { batch: 3, t: 5, heads: 4, kv: 2, d: 4 },
  { batch: 2, t: 66, heads: 3, kv: 1, d: 4, documents: 7, window: 2, rate: 0.1 },
];

describe.skipIf(!gpu)('attention by blocks on the GPU', () => {
  it.each(cases.map((one) => [attentionCaseName(one), one] as const))('%s', async (_name, one) => {
    if (!gpu) return;
    const arrays = attentionArrays(one);
    const options = attentionNumbers(one);
    const learnt = { ...attentionLearnt, dqkv: 'dqkv' };
    const calls: KernelCall<string>[] = [
      call(attentionBlock, {
        buffers: { ...attentionInputs, o: 'o', lse: 'lse' },
        ...options,
        slots: { head: headCode(attentionBlock, one.d) },
      }),
      call(attentionBlockBackwardQ, {
        buffers: { ...learnt, o: 'o' },
        ...options,
        slots: { head: headCode(attentionBlockBackwardQ, one.d) },
      }),
      call(attentionBlockBackwardKv, {
        buffers: learnt,
        ...options,
        slots: { head: headCode(attentionBlockBackwardKv, one.d) },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['o', 'lse', 'dqkv']);
    const want = runReferences(arrays, calls);
    const bounds = attentionBounds(one);
    expect(mismatches(got.lse ?? [], want.lse, bounds.lse)).toEqual([]);
    expect(mismatches(got.o ?? [], want.o, bounds.o)).toEqual([]);
    expect(mismatches(got.dqkv ?? [], want.dqkv, bounds.dqkv)).toEqual([]);
  });

  it('reads a cache by absolute position', async () => {
    if (!gpu) return;
    const { arrays, buffers, params, bound } = cacheCase({
      ...{ t: 3, position: 5, max: 11, heads: 4, kv: 2, d: 4, window: 4 },
    });
    const calls: KernelCall<string>[] = [
      call(attentionBlock, {
        buffers: { ...buffers, o: 'o', lse: 'lse' },
        params,
        constants: { D: 4 },
        slots: { head: headCode(attentionBlock, 4) },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['o']);
    expect(mismatches(got.o ?? [], runReferences(arrays, calls).o, bound)).toEqual([]);
  });
});

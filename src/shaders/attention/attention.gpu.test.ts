// Attention and its gradient on the GPU against the references: odd lengths, grouped heads, a cache with a position.
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
import { attention, attentionBackwardKv, attentionBackwardQ } from './attention.ts';

const gpu = await gpuOrNull();

const cases: readonly AttentionCase[] = [
  { batch: 1, t: 1, heads: 1, kv: 1, d: 4 },
  { batch: 3, t: 5, heads: 4, kv: 2, d: 16 },
  { batch: 1, t: 123, heads: 3, kv: 1, d: 20 },
  { batch: 2, t: 65, heads: 4, kv: 2, d: 32 },
  { batch: 2, t: 65, heads: 4, kv: 2, d: 32, documents: 7 },
  { batch: 2, t: 65, heads: 4, kv: 2, d: 32, window: 9 },
  { batch: 1, t: 123, heads: 3, kv: 1, d: 16, documents: 50, window: 17 },
  { batch: 2, t: 65, heads: 4, kv: 2, d: 4, documents: 7, window: 9, rate: 0.1 },
];

describe.skipIf(!gpu)('attention on the GPU', () => {
  it.each(cases.map((one) => [attentionCaseName(one), one] as const))('%s', async (_name, one) => {
    if (!gpu) return;
    const arrays = attentionArrays(one);
    const options = attentionNumbers(one);
    const learnt = { ...attentionLearnt, dqkv: 'dqkv' };
    const calls: KernelCall<string>[] = [
      call(attention, { buffers: { ...attentionInputs, o: 'o', lse: 'lse' }, ...options }),
      call(attentionBackwardQ, { buffers: { ...learnt, o: 'o' }, ...options }),
      call(attentionBackwardKv, { buffers: learnt, ...options }),
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
      ...{ t: 3, position: 5, max: 11, heads: 4, kv: 2, d: 8, window: 4 },
    });
    const calls: KernelCall<string>[] = [
      call(attention, { buffers: { ...buffers, o: 'o', lse: 'lse' }, params, constants: { D: 8 } }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['o']);
    expect(mismatches(got.o ?? [], runReferences(arrays, calls).o, bound)).toEqual([]);
  });
});

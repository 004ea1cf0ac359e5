// Attention and its gradient on the GPU against the references: odd lengths, grouped heads, a cache with a position.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { attention, attentionBackwardKv, attentionBackwardQ } from './attention.ts';

/** Documents of `length` tokens; 0: every row is one. */
const documentStarts = (n: number, t: number, length: number): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: n }, (_, i) => (length > 0 ? Math.floor((i % t) / length) * length : 0));

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('attention on the GPU', () => {
  it.each([
    [1, 1, 1, 1, 4, 0, 0, 0],
    [3, 5, 4, 2, 16, 0, 0, 0],
    [1, 123, 3, 1, 20, 0, 0, 0],
    [2, 65, 4, 2, 32, 0, 0, 0],
    [2, 65, 4, 2, 32, 7, 0, 0],
    [2, 65, 4, 2, 32, 0, 9, 0],
    [1, 123, 3, 1, 16, 50, 17, 0],
    [2, 65, 4, 2, 4, 7, 9, 0.1],
  ])(
    'batch %i, t %i, heads %i over %i, d %i, documents of %i, window %i, dropout %d',
    async (batch, t, heads, kv, d, length, window, rate) => {
      if (!gpu) return;
      const n = batch * t;
      const stride = (heads + 2 * kv) * d;
      const params = {
        batch,
        t_q: t,
        t_k: t,
        heads,
        kv_heads: kv,
        q_stride: stride,
        q_offset: 0,
        k_stride: stride,
        k_offset: heads * d,
        v_stride: stride,
        v_offset: (heads + kv) * d,
        scale: 1 / Math.sqrt(d),
        window,
        rate,
        stream: 5,
      };
      const arrays = {
        qkv: Float32Array.from(randomArray(n * stride, 1)),
        d_o: Float32Array.from(randomArray(n * heads * d, 2)),
        documents: documentStarts(n, t, length),
        step: stepBytes(),
        o: new Float32Array(n * heads * d),
        lse: new Float32Array(n * heads),
        dqkv: new Float32Array(n * stride),
        delta: new Float32Array(n * heads),
      };
      const inputs = { q: 'qkv', k: 'qkv', v: 'qkv', documents: 'documents' };
      const constants = { D: d, HAS_DOCUMENTS: length > 0 ? 1 : 0, HAS_DROPOUT: rate > 0 ? 1 : 0 };
      const learnt = {
        qkv: 'qkv',
        lse: 'lse',
        d_o: 'd_o',
        delta: 'delta',
        documents: 'documents',
        step: 'step',
        dqkv: 'dqkv',
      };
      const calls: KernelCall<string>[] = [
        call(attention, { buffers: { ...inputs, step: 'step', o: 'o', lse: 'lse' }, params, constants }),
        call(attentionBackwardQ, {
          buffers: { ...learnt, o: 'o' },
          params,
          constants,
        }),
        call(attentionBackwardKv, {
          buffers: learnt,
          params,
          constants,
        }),
      ];
      const got = await runCalls(gpu, arrays, calls, ['o', 'lse', 'dqkv']);
      const want = runReferences(arrays, calls);
      const { o, lse, dqkv } = want;
      // Scores: sums of d products of entries up to 8 times scale; their error moves every probability by as much, relatively.
      const score = sumBound(d, 4 * Math.sqrt(d) + 64 / Math.sqrt(d));
      // Dropout makes those that stay 1 / (1 - rate) times as large.
      const probability = (2 * score + ulpBound(3 + 2 * 32, 1) + sumBound(t, 1)) / (1 - rate);
      expect(mismatches(got.lse ?? [], lse, 2 * score + ulpBound(8, 16) + sumBound(t, 1))).toEqual([]);
      expect(mismatches(got.o ?? [], o, 8 * probability)).toEqual([]);
      // Gradients sum at most heads/kv · t terms p·(dP − delta)·x with |dP − delta| ≤ 2·(d + 64), |x| ≤ 8.
      const size = ((heads / kv) * Math.sqrt(t) * 2 * (Math.sqrt(d) + 64) * 8) / (1 - rate);
      expect(mismatches(got.dqkv ?? [], dqkv, probability * size)).toEqual([]);
    },
  );

  it('reads a cache by absolute position', async () => {
    if (!gpu) return;
    const [t, position, max, heads, kv, d] = [3, 5, 11, 4, 2, 8];
    const params = {
      batch: 1,
      t_q: t,
      t_k: max,
      heads,
      kv_heads: kv,
      q_stride: heads * d,
      q_offset: 0,
      k_stride: kv * d,
      k_offset: 0,
      v_stride: kv * d,
      v_offset: max * kv * d,
      scale: 0.5,
      window: 4,
      rate: 0,
      stream: 0,
    };
    const arrays = {
      q: Float32Array.from(randomArray(t * heads * d, 1)),
      cache: Float32Array.from(randomArray(2 * max * kv * d, 2)),
      none: new Uint32Array(4),
      step: stepBytes({ position }),
      o: new Float32Array(t * heads * d),
      lse: new Float32Array(t * heads),
    };
    const calls: KernelCall<string>[] = [
      call(attention, {
        buffers: { q: 'q', k: 'cache', v: 'cache', documents: 'none', step: 'step', o: 'o', lse: 'lse' },
        params,
        constants: { D: d },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['o']);
    const { o } = runReferences(arrays, calls);
    expect(
      mismatches(got.o ?? [], o, 8 * (2 * sumBound(d, 80) + ulpBound(70, 1) + sumBound(max, 1))),
    ).toEqual([]);
  });
});

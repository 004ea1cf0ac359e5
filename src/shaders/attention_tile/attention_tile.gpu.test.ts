// Attention in tiles on the GPU against the references: lengths around a tile, heads that share keys, documents and windows whose edges
// lie inside a tile, dropout, wide heads, one part and several, a cache with a position.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import {
  attentionTile,
  attentionTileBackwardKv,
  attentionTileBackwardQ,
  attentionTileJoin,
  attentionTileJoinKv,
  partsOf,
  type TileRows,
  tileBounds,
  tileConstants,
} from './attention_tile.ts';

/** Documents of `length` tokens; 0: every row is one. */
const documentStarts = (n: number, t: number, length: number): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: n }, (_, i) => (length > 0 ? Math.floor((i % t) / length) * length : 0));

const gpu = await gpuOrNull();

interface Case {
  readonly batch: number;
  readonly t: number;
  readonly heads: number;
  readonly kv: number;
  readonly d: number;
  readonly rows: TileRows;
  readonly stretch: number;
  readonly documents?: number;
  readonly window?: number;
  readonly rate?: number;
}

/** Few, for a software adapter takes seconds to compile each: heads of less and of more than a chunk, one part and several. */
const cases: readonly Case[] = [
  { batch: 2, t: 65, heads: 4, kv: 2, d: 36, rows: 1, stretch: 9 },
  { batch: 1, t: 123, heads: 3, kv: 1, d: 4, rows: 1, stretch: 1, documents: 50, window: 17, rate: 0.1 },
];

const named = ({ batch, t, heads, kv, d, rows, stretch, documents, window, rate }: Case): string =>
  `${batch} × ${t}, heads ${heads} over ${kv} of ${d}, tiles of ${16 * rows}, parts of ${stretch}, documents of ${documents ?? 0}, window ${window ?? 0}, dropout ${rate ?? 0}`;

describe.skipIf(!gpu)('attention in tiles on the GPU', () => {
  it.each(cases.map((one) => [named(one), one] as const))('%s', async (_name, one) => {
    if (!gpu) return;
    const { batch, t, heads, kv, d, stretch, documents: length = 0, window = 0, rate = 0 } = one;
    const n = batch * t;
    const stride = (heads + 2 * kv) * d;
    const places = {
      k_stride: stride,
      k_offset: heads * d,
      v_stride: stride,
      v_offset: (heads + kv) * d,
    };
    const shape = { batch, t_q: t, t_k: t, heads, kv_heads: kv, q_stride: stride, q_offset: 0, ...places };
    const params = { ...shape, scale: 1 / Math.sqrt(d), window, rate, stream: 5, stretch, ...tileBounds(d) };
    const [parts, partsKv] = [partsOf(t, stretch), partsOf((t * heads) / kv, stretch)];
    const arrays = {
      qkv: Float32Array.from(randomArray(n * stride, 1)),
      d_o: Float32Array.from(randomArray(n * heads * d, 2)),
      documents: documentStarts(n, t, length),
      step: stepBytes(),
      part_o: new Float32Array(parts * n * heads * d),
      part_lse: new Float32Array(parts * n * heads),
      o: new Float32Array(n * heads * d),
      lse: new Float32Array(n * heads),
      dqkv: new Float32Array(n * stride),
      delta: new Float32Array(n * heads),
      parts_kv: new Float32Array(partsKv * n * kv * 2 * d),
    };
    const constants = {
      ...tileConstants(d, one.rows),
      HAS_DOCUMENTS: length > 0 ? 1 : 0,
      HAS_DROPOUT: rate > 0 ? 1 : 0,
    };
    const inputs = { q: 'qkv', k: 'qkv', v: 'qkv', documents: 'documents', step: 'step' };
    const learnt = {
      qkv: 'qkv',
      lse: 'lse',
      d_o: 'd_o',
      delta: 'delta',
      documents: 'documents',
      step: 'step',
    };
    const forward: KernelCall<string>[] =
      parts === 1
        ? [call(attentionTile, { buffers: { ...inputs, o: 'o', lse: 'lse' }, params, constants })]
        : [
            call(attentionTile, {
              buffers: { ...inputs, o: 'part_o', lse: 'part_lse' },
              params,
              constants,
            }),
            call(attentionTileJoin, {
              buffers: { part_o: 'part_o', part_lse: 'part_lse', o: 'o', lse: 'lse' },
              params: { rows: n * heads, parts },
              constants: { D: d },
            }),
          ];
    const own = { ...constants, PARTS: partsKv > 1 ? 1 : 0 };
    const backward: KernelCall<string>[] = [
      call(attentionTileBackwardQ, {
        buffers: { ...learnt, o: 'o', dqkv: 'dqkv' },
        params: { ...params, stretch: 9 },
        constants,
      }),
      call(attentionTileBackwardKv, {
        buffers: { ...learnt, dqkv: partsKv > 1 ? 'parts_kv' : 'dqkv' },
        params,
        constants: own,
      }),
    ];
    if (partsKv > 1)
      backward.push(
        call(attentionTileJoinKv, {
          buffers: { parts_kv: 'parts_kv', dqkv: 'dqkv' },
          params: { rows: n, parts: partsKv, kv_heads: kv, ...places },
          constants: { D: d },
        }),
      );
    const calls = [...forward, ...backward];
    const got = await runCalls(gpu, arrays, calls, ['o', 'lse', 'dqkv']);
    const { o, lse, dqkv } = runReferences(arrays, calls);
    // Scores: sums of d products of entries up to 8 times scale; their error moves every probability by as much, relatively.
    const score = sumBound(d, 4 * Math.sqrt(d) + 64 / Math.sqrt(d));
    // Dropout makes those that stay 1 / (1 - rate) times as large.
    const probability = (2 * score + ulpBound(3 + 2 * 32, 1) + sumBound(t, 1)) / (1 - rate);
    expect(mismatches(got.lse ?? [], lse, 2 * score + ulpBound(8, 16) + sumBound(t, 1))).toEqual([]);
    expect(mismatches(got.o ?? [], o, 8 * probability)).toEqual([]);
    // Gradients sum at most heads/kv · t terms p·(dP − delta)·x with |dP − delta| ≤ 2·(d + 64), |x| ≤ 8.
    const size = ((heads / kv) * Math.sqrt(t) * 2 * (Math.sqrt(d) + 64) * 8) / (1 - rate);
    expect(mismatches(got.dqkv ?? [], dqkv, probability * size)).toEqual([]);
  });

  it.each([
    ['one token in parts', 1, 70, 97, 4, 2, 4, 0],
    ['a stretch of a prompt, and a window', 18, 40, 97, 4, 2, 4, 40],
  ])('reads a cache by absolute position: %s', async (_name, t, position, max, heads, kv, d, window) => {
    if (!gpu) return;
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
      window,
      rate: 0,
      stream: 0,
      stretch: 1,
      ...tileBounds(d),
    };
    const parts = partsOf(max, 1);
    const arrays = {
      q: Float32Array.from(randomArray(t * heads * d, 1)),
      cache: Float32Array.from(randomArray(2 * max * kv * d, 2)),
      none: new Uint32Array(4),
      step: stepBytes({ position }),
      part_o: new Float32Array(parts * t * heads * d),
      part_lse: new Float32Array(parts * t * heads),
      o: new Float32Array(t * heads * d),
      lse: new Float32Array(t * heads),
    };
    // What stands behind the last key is of nobody: it must not count.
    arrays.cache.fill(Number.NaN, (position + t) * kv * d, max * kv * d);
    const inputs = { q: 'q', k: 'cache', v: 'cache', documents: 'none', step: 'step' };
    const calls: KernelCall<string>[] = [
      call(attentionTile, {
        buffers: { ...inputs, o: 'part_o', lse: 'part_lse' },
        params,
        constants: tileConstants(d, 1),
      }),
      call(attentionTileJoin, {
        buffers: { part_o: 'part_o', part_lse: 'part_lse', o: 'o', lse: 'lse' },
        params: { rows: t * heads, parts },
        constants: { D: d },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['o']);
    const { o } = runReferences(arrays, calls);
    const score = sumBound(d, 80);
    expect(mismatches(got.o ?? [], o, 8 * (2 * score + ulpBound(70, 1) + sumBound(max, 1)))).toEqual([]);
  });
});

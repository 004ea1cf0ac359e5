// Attention in tiles on the GPU against the references: lengths around a tile, heads that share keys, documents and windows whose edges
// lie inside a tile, dropout, wide heads, one part and several, a cache with a position.
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
  placesOf,
} from '../testing/attention.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches } from '../testing/tolerance.ts';
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

const gpu = await gpuOrNull();

interface Case extends AttentionCase {
  readonly rows: TileRows;
  readonly stretch: number;
}

/** Few, for a software adapter takes seconds to compile each: heads of less and of more than a chunk, one part and several. */
const cases: readonly Case[] = [
  { batch: 2, t: 65, heads: 4, kv: 2, d: 36, rows: 1, stretch: 9 },
  { batch: 1, t: 123, heads: 3, kv: 1, d: 4, rows: 1, stretch: 1, documents: 50, window: 17, rate: 0.1 },
];

const named = (one: Case): string =>
  `${attentionCaseName(one)}, tiles of ${16 * one.rows}, parts of ${one.stretch}`;

describe.skipIf(!gpu)('attention in tiles on the GPU', () => {
  it.each(cases.map((one) => [named(one), one] as const))('%s', async (_name, one) => {
    if (!gpu) return;
    const { batch, t, heads, kv, d, stretch } = one;
    const n = batch * t;
    const numbers = attentionNumbers(one);
    const params = { ...numbers.params, stretch, ...tileBounds(d) };
    const constants = { ...numbers.constants, ...tileConstants(d, one.rows), ROLLED: 1 };
    const [parts, partsKv] = [partsOf(t, stretch), partsOf((t * heads) / kv, stretch)];
    const arrays = {
      ...attentionArrays(one),
      part_o: new Float32Array(parts * n * heads * d),
      part_lse: new Float32Array(parts * n * heads),
      parts_kv: new Float32Array(partsKv * n * kv * 2 * d),
    };
    const [o, lse] = parts > 1 ? ['part_o', 'part_lse'] : ['o', 'lse'];
    const calls: KernelCall<string>[] = [
      call(attentionTile, { buffers: { ...attentionInputs, o, lse }, params, constants }),
      call(attentionTileBackwardQ, {
        buffers: { ...attentionLearnt, o: 'o', dqkv: 'dqkv' },
        params: { ...params, stretch: 9 },
        constants,
      }),
      call(attentionTileBackwardKv, {
        buffers: { ...attentionLearnt, dqkv: partsKv > 1 ? 'parts_kv' : 'dqkv' },
        params,
        constants: { ...constants, PARTS: partsKv > 1 ? 1 : 0 },
      }),
    ];
    if (parts > 1)
      calls.splice(
        1,
        0,
        call(attentionTileJoin, {
          buffers: { part_o: 'part_o', part_lse: 'part_lse', o: 'o', lse: 'lse' },
          params: { rows: n * heads, parts },
          constants: { D: d },
        }),
      );
    if (partsKv > 1)
      calls.push(
        call(attentionTileJoinKv, {
          buffers: { parts_kv: 'parts_kv', dqkv: 'dqkv' },
          params: { rows: n, parts: partsKv, kv_heads: kv, ...placesOf(one) },
          constants: { D: d },
        }),
      );
    const got = await runCalls(gpu, arrays, calls, ['o', 'lse', 'dqkv']);
    const want = runReferences(arrays, calls);
    const bounds = attentionBounds(one);
    expect(mismatches(got.lse ?? [], want.lse, bounds.lse)).toEqual([]);
    expect(mismatches(got.o ?? [], want.o, bounds.o)).toEqual([]);
    expect(mismatches(got.dqkv ?? [], want.dqkv, bounds.dqkv)).toEqual([]);
  });

  it.each([
    ['one token in parts', 1, 70, 0, 1],
    ['a stretch of a prompt, and a window', 18, 40, 40, 1],
    // What GPUs run, where a software adapter has the patience for it.
    ['in straight code', 18, 40, 40, 0],
  ])('reads a cache by absolute position: %s', async (_name, t, position, window, ROLLED) => {
    if (!gpu) return;
    const [max, heads, d] = [97, 4, 4];
    const cached = cacheCase({ t, position, max, heads, kv: 2, d, window });
    const params = { ...cached.params, stretch: 1, ...tileBounds(d) };
    const parts = partsOf(max, 1);
    const arrays = {
      ...cached.arrays,
      part_o: new Float32Array(parts * t * heads * d),
      part_lse: new Float32Array(parts * t * heads),
    };
    const calls: KernelCall<string>[] = [
      call(attentionTile, {
        buffers: { ...cached.buffers, o: 'part_o', lse: 'part_lse' },
        params,
        constants: { ...tileConstants(d, 1), ROLLED },
      }),
      call(attentionTileJoin, {
        buffers: { part_o: 'part_o', part_lse: 'part_lse', o: 'o', lse: 'lse' },
        params: { rows: t * heads, parts },
        constants: { D: d },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['o']);
    expect(mismatches(got.o ?? [], runReferences(arrays, calls).o, cached.bound)).toEqual([]);
  });
});

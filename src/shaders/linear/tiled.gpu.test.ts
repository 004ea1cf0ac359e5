// The tiled linear kernels against their reference: sizes that no tile divides, members that meet inside a
// tile, sums in one part and in several, members with and without an adapter.
import { describe, expect, it } from 'vitest';
import type { WeightFormat } from '../quant/weightFormat.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { productSizes } from '../testing/productSizes.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import { partsFloats, tiledCalls } from './tiled.ts';
import type { Tile } from './tileProduct.ts';

const gpu = await gpuOrNull();
const floats = (length: number, seed: number) => Float32Array.from(randomArray(Math.max(4, length), seed));

const three = [
  { out: 20, rank: 3 },
  { out: 60, rank: 0 },
  { out: 76, rank: 8 },
];
const one = [{ out: 132, rank: 64 }];
type Members = readonly { readonly out: number; readonly rank: number }[];
type Case = readonly [tile: Tile, n: number, k: number, members: Members];

// One format: how each is decoded is tileDecoders.gpu.test.ts's. Here are the ways that a tile goes about it, with the inner product in a
// loop, for with every register named a software adapter's compiler takes ten seconds for each; so the tests of whole steps have it
// (training.gpu.test.ts).
const format: WeightFormat = 'nf4-double';
const cases: readonly Case[] = [
  // K is half a fetch more than whole ones, OUT no multiple of a fetch's rows, members that end inside a tile, more than one row of tiles.
  [64, 65, 96, three],
  // Sums in parts, more of the adapter's columns than a step holds.
  [64, 3, 640, one],
  [128, 131, 160, three],
];

describe.skipIf(!gpu)('tiled linear on the GPU', () => {
  it.each(cases)('tiles of %i, n %i, k %i, %j', async (tile, n, k, members) => {
    if (!gpu) return;
    const group = testGroup(k, members, format);
    const { out, ru, segments, packed, adapter } = group;
    const tiled = { k, out, segments, format };
    const arrays = {
      x: floats(n * k, 1),
      dy: floats(n * out, 2),
      u: floats(n * ru, 3),
      w: packed.words,
      w_scales: packed.scales,
      adapter,
      ry: floats(n * out, 4),
      rx: floats(n * k, 5),
      y: new Float32Array(n * out),
      dx: new Float32Array(n * k),
      parts: new Float32Array(Math.max(4, ...[true, false].map((way) => partsFloats(tiled, n, tile, way)))),
      dummy: new Float32Array(16),
    };
    const shared = {
      ...{
        group: tiled,
        n,
        ru,
        tile,
        rolled: true,
        tail: 'u',
        scratch: 'parts',
        dummy: 'dummy',
      },
      packed: { w: 'w', w_scales: 'w_scales', adapter: 'adapter' },
    };
    const calls = [
      ...tiledCalls<string>({
        ...{ ...shared, forward: true },
        ...{ left: 'x', residual: 'ry', result: 'y' },
      }),
      ...tiledCalls<string>({
        ...{ ...shared, forward: false },
        ...{ left: 'dy', residual: 'rx', result: 'dx' },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['y', 'dx']);
    const { y, dx } = runReferences(arrays, calls);
    // The same products over absolute values bound every sum; a restored scale may differ by two roundings of its own.
    const { u, ry, rx } = arrays;
    const forward = productSizes(group, format, n, true, { a: arrays.x, u, residual: ry });
    const back = productSizes(group, format, n, false, { a: arrays.dy, u, residual: rx });
    const bound = (terms: number, size: Float64Array) => (at: number) => sumBound(terms + 3, size[at] ?? 0);
    expect(mismatches(got.y ?? [], y, bound(k + ru, forward))).toEqual([]);
    expect(mismatches(got.dx ?? [], dx, bound(out + ru, back))).toEqual([]);
  });
});

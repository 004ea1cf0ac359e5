// The reference's backward is the transpose of its forward: dx of a linear map against central differences in float64.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { testGroup } from '../testing/groups.ts';
import { mismatches, sumBound64 } from '../testing/tolerance.ts';
import { linearVectorReference } from './linear.ref.ts';
import { linearBackwardTiledReference, linearPartsReference, linearTiledReference } from './tiled.ref.ts';

it.each(['none', 'nf4', 'fp4-double'] as const)('%s', (format) => {
  const [n, k] = [3, 12];
  const g = testGroup(
    k,
    [
      { out: 5, rank: 0 },
      { out: 7, rank: 0 },
    ],
    format,
  );
  const group = {
    w: g.packed.words,
    w_scales: g.packed.scales,
    tile: { format },
    adapter: g.adapter,
    k,
    out: g.out,
    ru: 0,
    segments: g.segments,
    count: g.segments.length,
    n,
    part: 64,
    adds: 0,
  };
  const nothing = new Float64Array(0);
  const [x, dy] = [randomArray(n * k, 1), randomArray(n * g.out, 2)];
  const forward = (at: Float64Array): Float64Array => {
    const y = new Float64Array(n * g.out);
    linearTiledReference({ ...group, x: at, u: nothing, residual: nothing, y });
    return y;
  };
  const dx = new Float64Array(n * k);
  linearBackwardTiledReference({ ...group, dy, du: nothing, residual: nothing, dx });
  expect(gradientMismatches(dx, forward, x, dy, k)).toEqual([]);
});

it('takes few rows as it takes many, with adapters and a residual', () => {
  const [n, k] = [3, 12];
  const members = [
    { out: 5, rank: 2 },
    { out: 7, rank: 0 },
    { out: 3, rank: 4 },
  ];
  const { packed, adapter, out, ru, segments } = testGroup(k, members, 'nf4-double');
  const [many, few] = [new Float64Array(n * out), new Float64Array(n * out)];
  const given = {
    ...({
      w: packed.words,
      w_scales: packed.scales,
      decode: { format: 'nf4-double' },
      tile: { format: 'nf4-double' },
      adapter,
    } as const),
    ...{ segments, count: segments.length, n, k, out, ru, part: k, adds: 1, HAS_RESIDUAL: 1 },
    ...{ x: randomArray(n * k, 1), u: randomArray(n * ru, 2), residual: randomArray(n * out, 3) },
  };
  linearTiledReference({ ...given, y: many });
  linearVectorReference({ ...given, y: few });
  // Σ|terms| is below the number of terms times the largest factor on either side; a unit matrix shows the weights.
  const identity = Float64Array.from({ length: k * k }, (_, i) => (i % (k + 1) === 0 ? 1 : 0));
  const weights = new Float64Array(k * out);
  const bare = { x: identity, u: new Float64Array(k * ru), residual: new Float64Array(k * out) };
  linearTiledReference({ ...given, ...bare, n: k, y: weights });
  const largest = (...arrays: Float64Array[]): number =>
    Math.max(1, ...arrays.flatMap((array) => [...array].map(Math.abs)));
  const size =
    (k + ru + 1) * largest(given.x, given.u, given.residual) * largest(weights, Float64Array.from(adapter));
  expect(mismatches(few, many, sumBound64(k + ru + 1, size))).toEqual([]);
});

it('adds up to the whole, whatever parts the sum is taken in', () => {
  const [n, k] = [3, 24];
  const members = [
    { out: 5, rank: 2 },
    { out: 7, rank: 3 },
  ];
  const { packed, adapter, out, ru, segments } = testGroup(k, members, 'nf4');
  const given = {
    ...({ w: packed.words, w_scales: packed.scales, tile: { format: 'nf4' }, adapter } as const),
    ...{ segments, count: segments.length, n, k, out, ru },
    ...{ x: randomArray(n * k, 1), u: randomArray(n * ru, 2), residual: randomArray(n * out, 3) },
  };
  const [whole, parts, y] = [1, 3, 1].map((count) => new Float64Array(count * n * out));
  if (!whole || !parts || !y) return;
  linearTiledReference({ ...given, part: k, adds: 1, y: whole });
  linearTiledReference({ ...given, part: 10, adds: 0, y: parts });
  linearPartsReference({ parts, residual: given.residual, y, size: n * out, terms: 3, HAS_RESIDUAL: 1 });
  const largest = Math.max(...[...given.x, ...given.u, ...given.residual].map(Math.abs));
  const scale = Math.max(...segments.map((one) => one.scale)) * Math.max(1, ...adapter.map(Math.abs));
  expect(mismatches(y, whole, sumBound64(k + ru + 1, (k + ru + 1) * largest * scale))).toEqual([]);
});

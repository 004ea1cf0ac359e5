// The reference's backward is the transpose of its forward: dx of a linear map against central differences in float64.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { testGroup } from '../testing/groups.ts';
import { linearReference } from './linear.ref.ts';

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
    words: g.packed.words,
    scales: g.packed.scales,
    format,
    adapter: g.adapter,
    k,
    out: g.out,
    ru: 0,
    segments: g.segments,
  };
  const [x, dy] = [randomArray(n * k, 1), randomArray(n * g.out, 2)];
  const forward = (at: Float64Array): Float64Array => {
    const y = new Float64Array(n * g.out);
    linearReference({ ...group, left: at, tail: null, residual: null, result: y, n, direction: 'forward' });
    return y;
  };
  const dx = new Float64Array(n * k);
  linearReference({ ...group, left: dy, tail: null, residual: null, result: dx, n, direction: 'backward' });
  expect(gradientMismatches(dx, forward, x, dy, k)).toEqual([]);
});

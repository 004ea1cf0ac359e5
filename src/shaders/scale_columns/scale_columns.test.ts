// The gradients of column scales against central differences in float64 with the norms held constant, as the paper asks; at the start, when m is
// the norm, the output is the plain product.
import { expect, it } from 'vitest';
import { decodeMember } from '../quant/decode.ref.ts';
import { finiteDifference, gradientMismatches, randomArray } from '../testing/finite.ts';
import { testGroup } from '../testing/groups.ts';
import { mismatches, sumBound64 } from '../testing/tolerance.ts';
import {
  magnitudeOffset,
  rowNormTableReference,
  scaleColumnsGradReference,
  scaleColumnsReference,
  vectorTableReference,
} from './scale_columns.ref.ts';

const [n, k] = [4, 6];
const group = testGroup(
  k,
  [
    { out: 3, rank: 2 },
    { out: 4, rank: 0 },
    { out: 2, rank: 3 },
  ],
  'none',
  true,
);
const { out, segments, total, packed } = group;
const weights = {
  ...({ w: packed.words, w_scales: packed.scales, decode: { format: 'none' } } as const),
  ...{ segments, count: segments.length, k, out },
};

function tableOf(adapter: Float64Array): Float64Array {
  const table = new Float64Array(2 * out);
  rowNormTableReference({ ...weights, adapter, table });
  return table;
}

it('takes the norm of each row of W + s·B·A', () => {
  const adapter = Float64Array.from(group.adapter);
  const table = tableOf(adapter);
  segments.forEach((s, segment) => {
    const w = new Float64Array((s.end - s.start) * k);
    const member = { words: packed.words, scales: packed.scales, format: 'none', segment } as const;
    decodeMember({ ...member, firstBlock: s.first_block, count: w.length, out: w, outAt: 0 });
    for (let o = 0; o < s.end - s.start; o++) {
      let sum = 0;
      for (let i = 0; i < k; i++) {
        let value = w[o * k + i] ?? 0;
        for (let r = 0; r < s.rank; r++)
          value +=
            s.scale * (adapter[s.b_offset + o * s.rank + r] ?? 0) * (adapter[s.a_offset + r * k + i] ?? 0);
        sum += value * value;
      }
      const [got, want] = [table[out + s.start + o] ?? 0, Math.sqrt(sum)];
      expect(Math.abs(got - want)).toBeLessThanOrEqual(sumBound64(k * (s.rank + 1), want));
    }
  });
});

it('leaves the product as it is when m is the norm, and members without adapter always', () => {
  const adapter = Float64Array.from(group.adapter);
  const norms = tableOf(adapter).subarray(out);
  for (const s of segments) if (s.rank > 0) adapter.set(norms.subarray(s.start, s.end), magnitudeOffset(s));
  expect(mismatches(tableOf(adapter).subarray(0, out), new Float64Array(out).fill(1), 0)).toEqual([]);
});

it('gives the gradients of z and m', () => {
  const adapter = Float64Array.from(group.adapter);
  const table = tableOf(adapter);
  const [z, residual, dy] = [randomArray(n * out, 1), randomArray(n * out, 2), randomArray(n * out, 3)];
  const forward = (at: Float64Array, c: Float64Array): Float64Array => {
    const y = new Float64Array(n * out);
    scaleColumnsReference({ n, out, x: at, table: c, residual, y, HAS_RESIDUAL: 1 });
    return y;
  };
  const dz = new Float64Array(n * out);
  scaleColumnsReference({ n, out, x: dy, table, residual, y: dz, HAS_RESIDUAL: 0 });
  expect(gradientMismatches(dz, (at) => forward(at, table), z, dy, 2)).toEqual([]);
  const parts = new Float64Array(2 * total);
  const numbers = { count: segments.length, n, out, total, splits: 2, OWN_SCALE: 0 };
  scaleColumnsGradReference({ z, dy, table, grads: parts, segments, ...numbers });
  const grads = Float64Array.from({ length: total }, (_, i) => (parts[i] ?? 0) + (parts[total + i] ?? 0));
  const want = finiteDifference(
    (at) => {
      const c = tableOf(at);
      // The norms are constants: c = m / n with the n of before.
      const held = c.map((value, o) =>
        o < out ? (value * (c[out + o] ?? 1)) / (table[out + o] ?? 1) : value,
      );
      return forward(z, held);
    },
    adapter,
    dy,
    n * k,
  );
  for (const s of segments) {
    if (s.rank === 0) continue;
    const [from, to] = [magnitudeOffset(s), magnitudeOffset(s) + s.end - s.start];
    const { values, allowed } = want;
    expect(
      mismatches(grads.subarray(from, to), values.subarray(from, to), (i) => allowed[from + i] ?? 0),
    ).toEqual([]);
  }
});

it('scales by a vector where there is one, and gives its gradient', () => {
  const vectors = segments.map((s, i) => ({ ...s, rank: 0, scale: i === 1 ? 0 : 1 }));
  const numbers = { segments: vectors, count: vectors.length, out };
  const adapter = Float64Array.from(group.adapter);
  const z = randomArray(n * out, 1);
  const dy = randomArray(n * out, 3);
  const scaled = (at: Float64Array): Float64Array => {
    const [table, y] = [new Float64Array(2 * out), new Float64Array(n * out)];
    vectorTableReference({ adapter: at, table, ...numbers });
    scaleColumnsReference({ n, out, x: z, table, residual: z, y, HAS_RESIDUAL: 0 });
    return y;
  };
  const [table, grads] = [new Float64Array(2 * out), new Float64Array(adapter.length)];
  vectorTableReference({ adapter, table, ...numbers });
  scaleColumnsGradReference({ z, dy, table, grads, ...numbers, n, total, splits: 1, OWN_SCALE: 1 });
  expect(gradientMismatches(grads, scaled, adapter, dy, n)).toEqual([]);
});

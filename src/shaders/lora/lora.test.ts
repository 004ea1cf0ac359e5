// Gradients of the adapter branch against central differences in float64, with and without dropout.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { testGroup } from '../testing/groups.ts';
import {
  loraDownBackwardReference,
  loraDownReference,
  loraGradReference,
  loraUpBackwardReference,
} from './lora.ref.ts';

it.each([0, 0.4])('dropout %f', (rate) => {
  const [n, k] = [4, 6];
  const g = testGroup(
    k,
    [
      { out: 3, rank: 2 },
      { out: 4, rank: 0 },
      { out: 2, rank: 3 },
    ],
    'none',
  );
  const { out, ru, segments, total } = g;
  const adapter = Float64Array.from(g.adapter);
  const mask = { step: { seed: 3 }, stream: 1, rate, HAS_DROPOUT: rate > 0 ? 1 : 0 };
  const shapeWith = (values: Float64Array) => ({
    ...{ n, k, out, ru, segments, count: segments.length, adapter: values },
    ...mask,
  });
  const x = randomArray(n * k, 1);
  const dy = randomArray(n * out, 2);
  /** s · B A drop(x) of every member. */
  const branch = (input: Float64Array, values: Float64Array): Float64Array => {
    const u = new Float64Array(n * ru);
    loraDownReference({ ...shapeWith(values), x: input, u });
    const y = new Float64Array(n * out);
    for (const s of segments)
      for (let row = 0; row < n; row++)
        for (let o = s.start; o < s.end; o++)
          for (let r = 0; r < s.rank; r++)
            y[row * out + o] =
              (y[row * out + o] ?? 0) +
              s.scale *
                (values[s.b_offset + (o - s.start) * s.rank + r] ?? 0) *
                (u[row * ru + s.u_column + r] ?? 0);
    return y;
  };
  const shape = shapeWith(adapter);
  const splits = 2;
  const [u, du, parts, dx] = [
    new Float64Array(n * ru),
    new Float64Array(n * ru),
    new Float64Array(splits * total),
    new Float64Array(n * k),
  ];
  loraDownReference({ ...shape, x, u });
  loraUpBackwardReference({ ...shape, dy, du });
  loraGradReference({ ...shape, x, u, dy, du, grads: parts, total, splits });
  // Every part has its own stretch of tokens; their sum is the gradient.
  const grads = Float64Array.from({ length: total }, (_, i) => (parts[i] ?? 0) + (parts[total + i] ?? 0));
  expect(parts.subarray(total).some((value) => value !== 0)).toBe(true);
  loraDownBackwardReference({ ...shape, du, dx });
  expect(gradientMismatches(grads, (at) => branch(x, at), adapter.slice(0, total), dy, k * ru)).toEqual([]);
  expect(gradientMismatches(dx, (at) => branch(at, adapter), x, dy, k * ru)).toEqual([]);
});

// The adapter's kernels on the GPU against their references: odd sizes, members without an adapter, dropout on and off.
import { describe, expect, it } from 'vitest';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { stepBytes } from '../testing/step.ts';
import { absolute, mismatches, sumBound } from '../testing/tolerance.ts';
import {
  loraDownBackwardReference,
  loraDownReference,
  loraGradReference,
  loraUpBackwardReference,
} from './lora.ref.ts';
import { loraDown, loraDownBackward, loraGrad, loraUpBackward } from './lora.ts';

const gpu = await gpuOrNull();
const step = stepBytes({ seed: 9 });
const floats = (length: number, seed: number) => Float32Array.from(randomArray(length, seed));

describe.skipIf(!gpu)('lora on the GPU', () => {
  it.each([
    [1, 4, [{ out: 4, rank: 1 }], 0],
    [
      5,
      12,
      [
        { out: 7, rank: 3 },
        { out: 5, rank: 0 },
        { out: 9, rank: 6 },
      ],
      0,
    ],
    [
      123,
      65,
      [
        { out: 33, rank: 5 },
        { out: 66, rank: 9 },
      ],
      0.25,
    ],
    [
      65,
      128,
      [
        { out: 128, rank: 8 },
        { out: 64, rank: 8 },
        { out: 64, rank: 8 },
      ],
      0,
    ],
  ] as const)('n %i, k %i, %j, dropout %f', async (n, k, members, rate) => {
    if (!gpu) return;
    const g = testGroup(k, members, 'none');
    const { out, ru, segments, total } = g;
    const arrays = {
      x: floats(n * k, 1),
      dy: floats(n * out, 2),
      adapter: g.adapter,
      step,
      u: new Float32Array(n * ru),
      du: new Float32Array(n * ru),
      dx: floats(n * k, 3),
      grads: floats(total * 3, 4),
    };
    const shared = { n, k, ru, count: segments.length, stream: 2, rate, segments };
    const constants = { HAS_DROPOUT: rate > 0 ? 1 : 0 };
    const got = await runCalls(
      gpu,
      arrays,
      [
        call(loraDown, {
          buffers: { x: 'x', adapter: 'adapter', step: 'step', u: 'u' },
          params: shared,
          constants,
        }),
        call(loraUpBackward, {
          buffers: { dy: 'dy', adapter: 'adapter', du: 'du' },
          params: { n, out, ru, count: segments.length, segments },
        }),
        call(loraGrad, {
          buffers: { x: 'x', u: 'u', dy: 'dy', du: 'du', step: 'step', grads: 'grads' },
          params: { ...shared, out, total, splits: 3 },
          constants,
        }),
        call(loraDownBackward, {
          buffers: { du: 'du', adapter: 'adapter', step: 'step', dx: 'dx' },
          params: shared,
        }),
      ],
      ['u', 'du', 'grads', 'dx'],
    );
    const shape = {
      n,
      k,
      out,
      ru,
      segments,
      adapter: Float64Array.from(g.adapter),
      dropout: { rate, seed: 9, stream: 2 },
    };
    const want = {
      u: new Float64Array(n * ru),
      du: new Float64Array(n * ru),
      dx: Float64Array.from(arrays.dx),
      grads: new Float64Array(total),
    };
    loraDownReference(shape, arrays.x, want.u);
    loraUpBackwardReference(shape, arrays.dy, want.du);
    loraGradReference(shape, { x: arrays.x, dy: arrays.dy, u: want.u, du: want.du, grads: want.grads });
    loraDownBackwardReference(shape, want.du, want.dx);
    // The same maps over absolute values give the sums of absolute products that bound every rounding.
    const size = {
      u: new Float64Array(n * ru),
      du: new Float64Array(n * ru),
      dx: absolute(arrays.dx),
      grads: new Float64Array(total),
    };
    const positive = { ...shape, adapter: absolute(g.adapter) };
    loraDownReference(positive, absolute(arrays.x), size.u);
    loraUpBackwardReference(positive, absolute(arrays.dy), size.du);
    loraGradReference(positive, {
      x: absolute(arrays.x),
      dy: absolute(arrays.dy),
      u: size.u,
      du: size.du,
      grads: size.grads,
    });
    loraDownBackwardReference(positive, size.du, size.dx);
    const bound = (terms: number, sizes: Float64Array) => (at: number) => sumBound(terms, sizes[at] ?? 0);
    expect(mismatches(got.u ?? [], want.u, bound(k + 2, size.u))).toEqual([]);
    expect(mismatches(got.du ?? [], want.du, bound(out + 2, size.du))).toEqual([]);
    const sums = Float64Array.from({ length: total }, (_, i) => {
      const at = (split: number): number =>
        (got.grads?.[split * total + i] ?? 0) - (arrays.grads[split * total + i] ?? 0);
      return at(0) + at(1) + at(2);
    });
    // What stood in the partials before is added and taken away again: at most 8 in each of three, rounded twice.
    const before = sumBound(3, 3 * 8);
    const gradients = (at: number): number =>
      sumBound(n + k + out + 6, size.grads[at] ?? 0) + (size.grads[at] ? before : 0);
    expect(mismatches(sums, want.grads, gradients)).toEqual([]);
    expect(mismatches(got.dx ?? [], want.dx, bound(ru + out + 6, size.dx))).toEqual([]);
  });
});

// Norms and gates with the narrow product behind them, in one dispatch, against the two references one after the other: rows that fill no
// block, widths of 4 and no tile, ranks of 4 and not, dropout.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import type { TestGroup } from '../testing/groups.ts';
import { testGroup } from '../testing/groups.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { absolute, mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { loraDownReference, loraUpBackwardReference } from './lora.ref.ts';
import { loraDownGated, loraDownNormed, loraUpBackwardGated, loraUpBackwardNormed } from './lora_fused.ts';
import { ranksOf4 } from './lora_workgroup.ts';

const gpu = await gpuOrNull();
const step = stepBytes({ seed: 9 });
const floats = (length: number, seed: number) => Float32Array.from(randomArray(length, seed));

describe.skipIf(!gpu)('a norm, a gate and the narrow product behind it on the GPU', () => {
  it.each([
    [1, 4, 1, 0.25],
    [7, 516, 8, 0.25],
  ])('forward: n %i, k %i, rank %i, dropout %f', async (n, k, rank, rate) => {
    if (!gpu) return;
    const members = [
      { out: 4, rank },
      { out: 4, rank: 0 },
      { out: 8, rank: 5 },
    ];
    const { ru, segments, adapter } = testGroup(k, members, 'none');
    const arrays = {
      ...{ adapter, step, x: floats(n * k, 1), w: floats(k, 2), gu: floats(2 * n * k, 3) },
      ...{ y: new Float32Array(n * k), rstd: new Float32Array(n), h: new Float32Array(n * k) },
      ...{ u: new Float32Array(n * ru), v: new Float32Array(n * ru) },
    };
    const params = { n, k, ru, count: segments.length, stream: 2, rate, segments };
    const constants = { HAS_DROPOUT: rate > 0 ? 1 : 0 };
    const calls: KernelCall<string>[] = [
      call(loraDownNormed, {
        buffers: { x: 'x', w: 'w', adapter: 'adapter', step: 'step', y: 'y', rstd: 'rstd', u: 'u' },
        params: { ...params, eps: 1e-5, offset: 1 },
        constants,
      }),
      call(loraDownGated, {
        buffers: { gu: 'gu', adapter: 'adapter', step: 'step', h: 'h', u: 'v' },
        params,
        constants,
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['y', 'rstd', 'u', 'h', 'v']);
    const want = runReferences(arrays, calls);
    const { y, rstd, u, h, v } = want;
    // As rms_norm's: rstd carries the sum's relative error and a few ulp; y multiplies it twice.
    const relative = (value: number): number => sumBound(k, value) + ulpBound(6, value);
    const [yWrong, hWrong] = [
      y.map((one) => 2 * relative(Math.abs(one))),
      h.map((one) => ulpBound(16, Math.abs(one))),
    ];
    expect(mismatches(got.rstd ?? [], rstd, (i) => relative(rstd[i] ?? 0))).toEqual([]);
    expect(mismatches(got.y ?? [], y, (i) => yWrong[i] ?? 0)).toEqual([]);
    expect(mismatches(got.h ?? [], h, (i) => hWrong[i] ?? 0)).toEqual([]);
    // A sum of k products: as wrong as what it sums, and by its own roundings.
    const wrong = (from: Float64Array, own: Float64Array): Float64Array => {
      const x = from.map((one, i) => sumBound(k + 2, Math.abs(one)) + (own[i] ?? 0));
      const sums = new Float64Array(n * ru);
      loraDownReference({
        ...params,
        ...constants,
        step: { seed: 9 },
        x,
        adapter: absolute(adapter),
        u: sums,
      });
      return sums;
    };
    const [uWrong, vWrong] = [wrong(y, yWrong), wrong(h, hWrong)];
    expect(mismatches(got.u ?? [], u, (i) => uWrong[i] ?? 0)).toEqual([]);
    expect(mismatches(got.v ?? [], v, (i) => vWrong[i] ?? 0)).toEqual([]);
  });

  it.each([
    [1, 4, 3, 0],
    [7, 516, 8, 1],
  ])('backward: n %i, width %i, rank %i, residual %i', async (n, c, rank, adds) => {
    if (!gpu) return;
    const one = testGroup(4, [{ out: c, rank }], 'none');
    const both = testGroup(
      4,
      [
        { out: c, rank },
        { out: c, rank: 2 * rank },
      ],
      'none',
    );
    const arrays = {
      ...{ one: one.adapter, both: both.adapter, step, w: floats(c, 2), rstd: floats(n, 7) },
      ...{
        dy: floats(n * c, 1),
        x: floats(n * c, 3),
        residual: floats(n * c, 4),
        dx: new Float32Array(n * c),
      },
      ...{ dh: floats(n * c, 5), gu: floats(2 * n * c, 6), dgu: new Float32Array(2 * n * c) },
      ...{ du: new Float32Array(n * one.ru), dv: new Float32Array(n * both.ru) },
    };
    const calls: KernelCall<string>[] = [
      call(loraUpBackwardNormed, {
        buffers: {
          ...{ dy: 'dy', x: 'x', w: 'w', rstd: 'rstd', residual: 'residual', adapter: 'one' },
          ...{ dx: 'dx', du: 'du' },
        },
        params: { n, out: c, ru: one.ru, count: 1, segments: one.segments, offset: 1 },
        constants: { RANKS_OF_4: ranksOf4(one.segments), HAS_RESIDUAL: adds },
      }),
      call(loraUpBackwardGated, {
        buffers: { dh: 'dh', gu: 'gu', adapter: 'both', dgu: 'dgu', du: 'dv' },
        params: { n, out: 2 * c, ru: both.ru, count: 2, segments: both.segments },
        constants: { RANKS_OF_4: ranksOf4(both.segments) },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['dx', 'du', 'dgu', 'dv']);
    const { dx, du, dgu, dv } = runReferences(arrays, calls);
    const at = (values: Float32Array, i: number): number => Math.abs(values[i] ?? 0);
    // The row's mean is of c products of g and xh; what it is taken from, and the residual, are rounded once more each.
    const scaled = (i: number): number => Math.abs((arrays.dy[i] ?? 0) * ((arrays.w[i % c] ?? 0) + 1));
    const means = Float64Array.from({ length: n }, (_, row) => {
      let sum = 0;
      for (let i = row * c; i < (row + 1) * c; i++) sum += scaled(i) * at(arrays.x, i);
      return (sum * at(arrays.rstd, row)) / c;
    });
    const dxWrong = dx.map((_, i) => {
      const [row, r] = [Math.floor(i / c), at(arrays.rstd, Math.floor(i / c))];
      const size = r * (scaled(i) + at(arrays.x, i) * r * (means[row] ?? 0));
      return (sumBound(c, 1) + ulpBound(6, 1)) * size + ulpBound(1, size + adds * at(arrays.residual, i));
    });
    expect(mismatches(got.dx ?? [], dx, (i) => dxWrong[i] ?? 0)).toEqual([]);
    // 1 + gate (1 - s) may cancel; exp and the division err by a few ulp.
    const dguWrong = dgu.map((_, i) => {
      const [row, column] = [Math.floor(i / (2 * c)), i % c];
      const [a, up] = [at(arrays.gu, row * 2 * c + column), at(arrays.gu, row * 2 * c + c + column)];
      return ulpBound(24, at(arrays.dh, row * c + column) * (i % (2 * c) < c ? up * (1 + a) : a));
    });
    expect(mismatches(got.dgu ?? [], dgu, (i) => dguWrong[i] ?? 0)).toEqual([]);
    const wrong = (group: TestGroup, from: Float64Array, own: Float64Array): Float64Array => {
      const dy = from.map((value, i) => sumBound(c + 2, Math.abs(value)) + (own[i] ?? 0));
      const { out, ru, segments } = group;
      const du = new Float64Array(n * ru);
      const adapter = absolute(group.adapter);
      loraUpBackwardReference({ n, out, ru, segments, count: segments.length, adapter, dy, du });
      return du;
    };
    const [duWrong, dvWrong] = [wrong(one, dx, dxWrong), wrong(both, dgu, dguWrong)];
    expect(mismatches(got.du ?? [], du, (i) => duWrong[i] ?? 0)).toEqual([]);
    expect(mismatches(got.dv ?? [], dv, (i) => dvWrong[i] ?? 0)).toEqual([]);
  });
});

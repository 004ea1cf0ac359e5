// `swiglu` and its gradient on the GPU against the references, with gates far outside the sigmoid's range.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { swigluKernels } from './swiglu.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('swiglu on the GPU', () => {
  it.each([
    [1, 1],
    [5, 5],
    [123, 65],
    [37, 68],
  ])('n %i, f %i', async (n, f) => {
    if (!gpu) return;
    const gu = Float32Array.from(randomArray(n * 2 * f, 1), (value, i) =>
      i % 17 === 0 ? value * 200 : value * 4,
    );
    const arrays = {
      gu,
      dh: Float32Array.from(randomArray(n * f, 2)),
      h: new Float32Array(n * f),
      dgu: new Float32Array(n * 2 * f),
    };
    const { forward, backward } = swigluKernels(f);
    const calls: KernelCall<string>[] = [
      call(forward, { buffers: { gu: 'gu', h: 'h' }, params: { n, f } }),
      call(backward, { buffers: { dh: 'dh', gu: 'gu', dgu: 'dgu' }, params: { n, f } }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['h', 'dgu']);
    const want = runReferences(arrays, calls);
    const { h, dgu } = want;
    // Below -80 the sigmoid stays at e^-80 and does not go on vanishing.
    const left = (row: number, i: number): number =>
      Math.exp(-80) * Math.abs((gu[row * 2 * f + i] ?? 0) * (gu[row * 2 * f + f + i] ?? 0));
    // WGSL's exp is good to 3 + 2|x| ulp; |x| counts up to 80, beyond which the sigmoid vanishes.
    const gate = (row: number, i: number): number => Math.min(80, Math.abs(gu[row * 2 * f + i] ?? 0));
    const ulps = (row: number, i: number): number => 16 + 4 * gate(row, i);
    expect(
      mismatches(
        got.h ?? [],
        h,
        (i) => ulpBound(ulps(Math.floor(i / f), i % f), Math.abs(h[i] ?? 0)) + left(Math.floor(i / f), i % f),
      ),
    ).toEqual([]);
    // 1 + a (1 - s) cancels at most to |a|: the bound takes the terms before the cancellation.
    const size = (i: number): number => {
      const [row, at] = [Math.floor(i / (2 * f)), i % f];
      const [a, up] = [Math.abs(gu[row * 2 * f + at] ?? 0), Math.abs(gu[row * 2 * f + f + at] ?? 0)];
      return Math.abs(arrays.dh[row * f + at] ?? 0) * (1 + a) * Math.max(up, 1);
    };
    expect(
      mismatches(got.dgu ?? [], dgu, (i) => ulpBound(ulps(Math.floor(i / (2 * f)), i % f), size(i))),
    ).toEqual([]);
  });
});

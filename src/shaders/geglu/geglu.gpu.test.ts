// `geglu` and its gradient on the GPU against the references, with gates far outside the tanh's range.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { geglu, gegluBackward } from './geglu.ts';

const gpu = await gpuOrNull();

/** WGSL's tanh may be (e^2u - 1) / (e^2u + 1) or its inverse: exp is good to 3 + 2|2u| ulp, |u| counts up to 15. */
const TANH_ULPS = 3 + 2 * 30 + 8;

describe.skipIf(!gpu)('geglu on the GPU', () => {
  it.each([
    [1, 1],
    [5, 5],
    [123, 65],
  ])('n %i, f %i', async (n, f) => {
    if (!gpu) return;
    const gu = Float32Array.from(randomArray(n * 2 * f, 1), (value, i) =>
      i % 17 === 0 ? value * 100 : value * 2,
    );
    const arrays = {
      gu,
      dh: Float32Array.from(randomArray(n * f, 2)),
      h: new Float32Array(n * f),
      dgu: new Float32Array(n * 2 * f),
    };
    const calls: KernelCall<string>[] = [
      call(geglu, { buffers: { gu: 'gu', h: 'h' }, params: { n, f } }),
      call(gegluBackward, { buffers: { dh: 'dh', gu: 'gu', dgu: 'dgu' }, params: { n, f } }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['h', 'dgu']);
    const { h, dgu } = runReferences(arrays, calls);
    const [gate, up] = [
      (row: number, i: number): number => Math.abs(gu[row * 2 * f + i] ?? 0),
      (row: number, i: number): number => Math.abs(gu[row * 2 * f + f + i] ?? 0),
    ];
    // 1 + t cancels to nothing for negative gates: the bound takes the terms before the cancellation.
    expect(
      mismatches(got.h ?? [], h, (at) => {
        const [row, i] = [Math.floor(at / f), at % f];
        return ulpBound(TANH_ULPS, gate(row, i) * up(row, i));
      }),
    ).toEqual([]);
    // The slope's part: |a| (1 - t²) u' stays below 2, and 1 - t² carries the tanh's error times |a| u'.
    const size = (row: number, i: number): number => {
      const a = gate(row, i);
      const slope = Math.min(15, a) * (1 + 0.134145 * Math.min(225, a * a));
      return Math.abs(arrays.dh[row * f + i] ?? 0) * (2 + slope + a) * Math.max(1, up(row, i));
    };
    expect(
      mismatches(got.dgu ?? [], dgu, (at) => ulpBound(TANH_ULPS, size(Math.floor(at / (2 * f)), at % f))),
    ).toEqual([]);
  });
});

// `gelu` and its gradient on the GPU against the references, with arguments far outside the tanh's range.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { geluBackward, geluForward } from './gelu.ts';

const gpu = await gpuOrNull();

/** WGSL's tanh may be (e^2u - 1) / (e^2u + 1) or its inverse: exp is good to 3 + 2|2u| ulp, |u| counts up to 15. */
const TANH_ULPS = 3 + 2 * 30 + 8;

describe.skipIf(!gpu)('gelu on the GPU', () => {
  it.each([1, 5, 123, 8000])('n %i', async (n) => {
    if (!gpu) return;
    const a = Float32Array.from(randomArray(n, 1), (value, i) => (i % 17 === 0 ? value * 100 : value * 2));
    const arrays = {
      a,
      dh: Float32Array.from(randomArray(n, 2)),
      h: new Float32Array(n),
      da: new Float32Array(n),
    };
    const calls: KernelCall<string>[] = [
      call(geluForward, { buffers: { a: 'a', h: 'h' }, params: { n } }),
      call(geluBackward, { buffers: { dh: 'dh', a: 'a', da: 'da' }, params: { n } }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['h', 'da']);
    const { h, da } = runReferences(arrays, calls);
    const size = (i: number): number => Math.abs(a[i] ?? 0);
    // 1 + t cancels to nothing for negative numbers: the bound takes the terms before the cancellation.
    expect(mismatches(got.h ?? [], h, (i) => ulpBound(TANH_ULPS, size(i)))).toEqual([]);
    // |a| (1 - t²) u' stays below 2, and 1 - t² carries the tanh's error times |a| u'.
    const slope = (i: number): number => Math.min(15, size(i)) * (1 + 0.134145 * Math.min(225, size(i) ** 2));
    expect(
      mismatches(got.da ?? [], da, (i) => ulpBound(TANH_ULPS, Math.abs(arrays.dh[i] ?? 0) * (2 + slope(i)))),
    ).toEqual([]);
  });
});

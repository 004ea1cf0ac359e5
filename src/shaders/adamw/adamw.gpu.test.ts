// `adamw` on the GPU against the reference: decay, clipping, and a stretch without gradient.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { adamw } from './adamw.ts';

const gpu = await gpuOrNull();
const floats = (length: number, seed: number) => Float32Array.from(randomArray(length, seed));

describe.skipIf(!gpu)('adamw on the GPU', () => {
  it.each([1, 5, 123, 320])('%i elements', async (n) => {
    if (!gpu) return;
    const table = Float32Array.from({ length: 2 * Math.ceil(n / 64) }, (_, i) =>
      i % 2 === 0 ? 0.01 : i === 3 ? -1 : 1,
    );
    const arrays = {
      p: floats(n, 1),
      grads: floats(n, 2),
      m: floats(n, 3),
      v: floats(n, 4).map((value) => value * value),
      table,
      metrics: Float32Array.of(0, 0.5),
      step: stepBytes({ learningRate: 0.01, biasCorrection1: 0.19, biasCorrection2: 0.001999 }),
    };
    const buffers = {
      p: 'p',
      grads: 'grads',
      m: 'm',
      v: 'v',
      table: 'table',
      metrics: 'metrics',
      step: 'step',
    };
    const calls: KernelCall<string>[] = [
      call(adamw, {
        buffers,
        params: { n, beta2: 0.999, one_minus_beta1: 0.1, one_minus_beta2: 0.001, eps: 1e-8 },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['p', 'm', 'v']);
    const want = runReferences(arrays, calls);
    const { p, m, v } = want;
    expect(mismatches(got.m ?? [], m, ulpBound(4, 8))).toEqual([]);
    expect(mismatches(got.v ?? [], v, (i) => ulpBound(4, Math.abs(v[i] ?? 0)))).toEqual([]);
    // The step is lr/bc1 · m/√v: relative error of a dozen roundings on top of p's own.
    const size = (i: number): number =>
      Math.abs(p[i] ?? 0) + (0.06 * (Math.abs(m[i] ?? 0) + 1)) / (Math.sqrt(v[i] ?? 1) * 22 + 1e-8);
    expect(mismatches(got.p ?? [], p, (i) => ulpBound(16, size(i)))).toEqual([]);
  });
});

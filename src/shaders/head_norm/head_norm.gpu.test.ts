// `head_norm` and its gradients on the GPU against the references.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { rotationTables } from '../rope/rope.ref.ts';
import { randomArray } from '../testing/finite.ts';
import { plainFrequencies } from '../testing/frequencies.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { headNorm, headNormBackward, headNormGrad, headNormTurned } from './head_norm.ts';

const gpu = await gpuOrNull();
const floats = (length: number, seed: number) => Float32Array.from(randomArray(length, seed));

describe.skipIf(!gpu)('head_norm on the GPU', () => {
  it.each([
    [1, 1, 1, 4, 0, 64],
    [5, 4, 2, 20, 0, 64],
    [33, 3, 1, 128, 1, 64],
    [5, 3, 1, 80, 1, 32],
  ])(
    'n %i, %i heads over %i of %i, offset %i, %i invocations',
    async (n, heads, kv_heads, d, offset, LANES) => {
      if (!gpu) return;
      const width = (heads + 2 * kv_heads) * d;
      const arrays = {
        x: floats(n * width, 1),
        w_q: floats(d, 2),
        w_k: floats(d, 3),
        dy: floats(n * width, 4),
        y: new Float32Array(n * width),
        rstd: new Float32Array(n * (heads + kv_heads)),
        dx: new Float32Array(n * width),
      };
      const params = { n, heads, kv_heads, d, offset };
      const weights = { x: 'x', w_q: 'w_q', w_k: 'w_k', rstd: 'rstd' };
      const calls: KernelCall<string>[] = [
        call(headNorm, {
          buffers: { ...weights, y: 'y' },
          params: { ...params, eps: 1e-6 },
          constants: { LANES },
        }),
        call(headNormBackward, { buffers: { ...weights, dy: 'dy', dx: 'dx' }, params, constants: { LANES } }),
      ];
      const got = await runCalls(gpu, arrays, calls, ['y', 'rstd', 'dx']);
      const { y, rstd, dx } = runReferences(arrays, calls);
      // As rms_norm's: rstd carries the sum's relative error and a few ulp; w is up to 8 + offset.
      const relative = (value: number): number => sumBound(d, value) + ulpBound(6, value);
      expect(mismatches(got.rstd ?? [], rstd, (i) => relative(rstd[i] ?? 0))).toEqual([]);
      expect(mismatches(got.y ?? [], y, (i) => relative(Math.abs(y[i] ?? 0)) * 2)).toEqual([]);
      const most = Math.max(...rstd) * 8 * (8 + offset) * (1 + d);
      expect(mismatches(got.dx ?? [], dx, relative(most) + ulpBound(1, 8))).toEqual([]);
    },
  );

  it.each([
    [1, 1, 1, 4, 1],
    [33, 3, 1, 128, 4],
  ])(
    'the gradients in the weights: n %i, %i heads over %i of %i, %i parts',
    async (n, heads, kv_heads, d, splits) => {
      if (!gpu) return;
      const [width, total] = [(heads + 2 * kv_heads) * d, 64 + 2 * d + 7];
      const arrays = {
        dy: floats(n * width, 1),
        x: floats(n * width, 2),
        rstd: floats(n * (heads + kv_heads), 3),
        grads: floats(splits * total, 4),
      };
      const buffers = { dy: 'dy', x: 'x', rstd: 'rstd', grads: 'grads' };
      const shape = { n, heads, kv_heads, d, total, splits };
      const calls: KernelCall<string>[] = [
        call(headNormGrad, { buffers, params: { ...shape, first: 0, count: heads, offset: 64 } }),
        call(headNormGrad, { buffers, params: { ...shape, first: heads, count: kv_heads, offset: 64 + d } }),
      ];
      const got = await runCalls(gpu, arrays, calls, ['grads']);
      const { grads } = runReferences(arrays, calls);
      // Products of three random numbers below 8, each rounded twice, added up row by row and head by head.
      const terms = n * Math.max(heads, kv_heads);
      expect(mismatches(got.grads ?? [], grads, sumBound(terms + 3, 512 * terms + 8))).toEqual([]);
    },
  );

  it.each([
    [1, 1, 1, 4, 4, 0],
    [6, 3, 2, 80, 64, 2],
  ])('and turned: n %i, %i heads over %i of %i, %i of them, documents of %i', async (...sizes) => {
    if (!gpu) return;
    const [n, heads, kv_heads, d, dims, length] = sizes;
    const width = (heads + 2 * kv_heads) * d;
    const { cos, sin } = rotationTables(16, plainFrequencies(dims));
    const documents = Uint32Array.from({ length: n }, (_, i) =>
      length > 0 ? Math.floor(i / length) * length : 0,
    );
    const arrays = {
      ...{ x: floats(n * width, 1), w_q: floats(d, 2), w_k: floats(d, 3), cos, sin, documents },
      ...{ step: stepBytes({ position: 3 }), y: new Float32Array(n * width) },
      rstd: new Float32Array(n * (heads + kv_heads)),
    };
    const calls: KernelCall<string>[] = [
      call(headNormTurned, {
        buffers: {
          ...{ x: 'x', w_q: 'w_q', w_k: 'w_k', cos_table: 'cos', sin_table: 'sin', documents: 'documents' },
          ...{ step: 'step', y: 'y', rstd: 'rstd' },
        },
        params: { n, heads, kv_heads, d, eps: 1e-6, offset: 1, t: n, dims },
        constants: { LANES: 32, HAS_DOCUMENTS: length > 0 ? 1 : 0 },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['y', 'rstd']);
    const { y, rstd } = runReferences(arrays, calls);
    const relative = (value: number): number => sumBound(d, value) + ulpBound(6, value);
    expect(mismatches(got.rstd ?? [], rstd, (i) => relative(rstd[i] ?? 0))).toEqual([]);
    // A number that is normed is at most 8 rstd (8 + offset); turned it is a sum of two of them.
    const most = Math.max(...rstd) * 8 * 9;
    expect(mismatches(got.y ?? [], y, 4 * relative(most) + sumBound(2, 2 * most))).toEqual([]);
  });
});

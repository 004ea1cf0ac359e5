// `rms_norm` and its gradients on the GPU against the references.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { slicedColumns, wholeColumns } from '../lib/slices.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { rmsNorm, rmsNormBackward, rmsNormBackwardRows, rmsNormGrad, rmsNormRows } from './rms_norm.ts';

const gpu = await gpuOrNull();
const floats = (length: number, seed: number) => Float32Array.from(randomArray(length, seed));

describe.skipIf(!gpu)('rms_norm on the GPU', () => {
  it.each([
    [1, 1, 0, 64],
    [5, 5, 0, 64],
    [123, 65, 1, 64],
    [3, 576, 0, 64],
    [3, 65, 1, 256],
    [5, 576, 0, 256],
    [1, 4, 0, 1],
    [123, 124, 1, 1],
    [3, 576, 0, 1],
  ])('n %i, c %i, offset %i, %i invocations a row', async (n, c, offset, LANES) => {
    if (!gpu) return;
    const arrays = {
      x: floats(n * c, 1),
      w: floats(c, 2),
      dy: floats(n * c, 3),
      residual: floats(n * c, 4),
      y: new Float32Array(n * c),
      rstd: new Float32Array(n),
      dx: new Float32Array(n * c),
    };
    const forward = {
      buffers: { x: 'x', w: 'w', y: 'y', rstd: 'rstd' },
      params: { n, c, eps: 1e-5, offset },
    };
    const backward = {
      buffers: { dy: 'dy', x: 'x', w: 'w', rstd: 'rstd', residual: 'residual', dx: 'dx' },
      params: { n, c, offset },
    };
    const calls: KernelCall<string>[] =
      LANES === 1
        ? [
            call(rmsNormRows, forward),
            call(rmsNormBackwardRows, { ...backward, constants: { HAS_RESIDUAL: 1 } }),
          ]
        : [
            call(rmsNorm, { ...forward, constants: { LANES } }),
            call(rmsNormBackward, { ...backward, constants: { LANES, HAS_RESIDUAL: 1 } }),
          ];
    const got = await runCalls(gpu, arrays, calls, ['y', 'rstd', 'dx']);
    const want = runReferences(arrays, calls);
    const { y, rstd, dx } = want;
    // rstd carries the sum's relative error and a few ulp of root and division; y multiplies it twice.
    const relative = (value: number): number => sumBound(c, value) + ulpBound(6, value);
    const r = (i: number): number => rstd[Math.floor(i / c)] ?? 0;
    expect(mismatches(got.rstd ?? [], rstd, (i) => relative(rstd[i] ?? 0))).toEqual([]);
    expect(mismatches(got.y ?? [], y, (i) => relative(Math.abs(y[i] ?? 0)) * 2)).toEqual([]);
    // |dx| terms, with |w + offset| ≤ 9: rstd·|dy w| ≤ 72 rstd, and rstd·|xh|·mean|dy w xh| ≤ rstd·√c·72·√c.
    expect(mismatches(got.dx ?? [], dx, (i) => relative(r(i) * 72 * (1 + c)) + ulpBound(1, 8))).toEqual([]);
  });

  it.each([
    [1, 1, 1],
    [5, 5, 4],
    [123, 65, 4],
    [33, 576, 1],
    [67, 65, 1, 'shared'],
    [123, 20, 4, 'shared'],
  ] as const)(
    'the gradient in w: n %i, c %i, %i parts, added to what is there',
    async (n, c, splits, how?: 'shared') => {
      if (!gpu) return;
      const [offset, total] = [64, 64 + c + 7];
      const arrays = {
        dy: floats(n * c, 1),
        x: floats(n * c, 2),
        rstd: floats(n, 3),
        grads: floats(splits * total, 4),
      };
      const params = { n, c, offset, total, splits };
      const buffers = { dy: 'dy', x: 'x', rstd: 'rstd', grads: 'grads' };
      const calls: KernelCall<string>[] = [
        call(rmsNormGrad, { buffers, params, constants: how ? slicedColumns : wholeColumns }),
      ];
      const got = await runCalls(gpu, arrays, calls, ['grads']);
      const { grads } = runReferences(arrays, calls);
      // Products of three random numbers below 8, each rounded twice, added up row by row.
      expect(mismatches(got.grads ?? [], grads, sumBound(n + 3, 512 * n + 8))).toEqual([]);
    },
  );
});

// `layer_norm` and its gradients on the GPU against the references.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { slicedColumns, wholeColumns } from '../lib/slices.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { layerNorm, layerNormBackward, layerNormGrad } from './layer_norm.ts';

const gpu = await gpuOrNull();
const floats = (length: number, seed: number) => Float32Array.from(randomArray(length, seed));

describe.skipIf(!gpu)('layer_norm on the GPU', () => {
  it.each([
    [1, 1, 64],
    [5, 5, 64],
    [123, 65, 64],
    [3, 768, 64],
    [3, 65, 256],
    [5, 768, 256],
  ])('n %i, c %i, %i invocations', async (n, c, LANES) => {
    if (!gpu) return;
    const arrays = {
      x: floats(n * c, 1),
      w: floats(c, 2),
      b: floats(c, 5),
      dy: floats(n * c, 3),
      residual: floats(n * c, 4),
      y: new Float32Array(n * c),
      mean: new Float32Array(n),
      rstd: new Float32Array(n),
      dx: new Float32Array(n * c),
    };
    const calls: KernelCall<string>[] = [
      call(layerNorm, {
        buffers: { x: 'x', w: 'w', b: 'b', y: 'y', mean: 'mean', rstd: 'rstd' },
        params: { n, c, eps: 1e-5 },
        constants: { LANES },
      }),
      call(layerNormBackward, {
        buffers: { dy: 'dy', x: 'x', w: 'w', mean: 'mean', rstd: 'rstd', residual: 'residual', dx: 'dx' },
        params: { n, c },
        constants: { LANES, HAS_RESIDUAL: 1 },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['y', 'mean', 'rstd', 'dx']);
    const { y, mean, rstd, dx } = runReferences(arrays, calls);
    // |x| ≤ 8. The mean is a sum of c numbers; what is taken off x is wrong by as much, next to a row's own spread 1 / rstd.
    const meanError = sumBound(c, 8) + ulpBound(3, 8);
    const r = (i: number): number => rstd[Math.floor(i / c)] ?? 0;
    const relative = (i: number): number => sumBound(c + 4, 1) + ulpBound(8, 1) + 2 * meanError * r(i);
    const normed = (i: number): number => 16 * r(i);
    expect(mismatches(got.mean ?? [], mean, meanError)).toEqual([]);
    expect(mismatches(got.rstd ?? [], rstd, (i) => relative(i * c) * (rstd[i] ?? 0))).toEqual([]);
    expect(
      mismatches(
        got.y ?? [],
        y,
        (i) => 2 * relative(i) * normed(i) * 8 + 8 * meanError * r(i) + ulpBound(1, 8),
      ),
    ).toEqual([]);
    // |dx| terms, |w| ≤ 8: rstd·|dy w| ≤ 64 rstd, as much for its mean, and rstd·|xh|·mean|dy w xh| ≤ rstd·√c·64·√c.
    expect(
      mismatches(got.dx ?? [], dx, (i) => 2 * relative(i) * r(i) * 64 * (2 + c) + ulpBound(1, 8)),
    ).toEqual([]);
  });

  it.each([
    [1, 1, 1],
    [5, 5, 4],
    [123, 65, 4],
    [33, 768, 1],
    [67, 65, 1, 'shared'],
    [123, 20, 4, 'shared'],
  ] as const)(
    'the gradients in w and b: n %i, c %i, %i parts, added to what is there',
    async (n, c, splits, how?: 'shared') => {
      if (!gpu) return;
      const [offset, bias_offset, total] = [64, 128 + c, 192 + 2 * c];
      const arrays = {
        dy: floats(n * c, 1),
        x: floats(n * c, 2),
        mean: floats(n, 5),
        rstd: floats(n, 3),
        grads: floats(splits * total, 4),
      };
      const params = { n, c, offset, bias_offset, total, splits };
      const buffers = { dy: 'dy', x: 'x', mean: 'mean', rstd: 'rstd', grads: 'grads' };
      const calls: KernelCall<string>[] = [
        call(layerNormGrad, { buffers, params, constants: how ? slicedColumns : wholeColumns }),
      ];
      const got = await runCalls(gpu, arrays, calls, ['grads']);
      const { grads } = runReferences(arrays, calls);
      // Products of three random numbers, one a difference of two: below 8 · 16 · 8, each rounded three times, added up row by row.
      expect(mismatches(got.grads ?? [], grads, sumBound(n + 4, 1024 * n + 8))).toEqual([]);
    },
  );
});

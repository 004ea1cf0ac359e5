// The adapter's kernels on the GPU against their references: odd sizes, members without an adapter, dropout on and off.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { runMagnitudes, runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import {
  fitsBlocks,
  loraDown,
  loraDownBackward,
  loraDownBlock,
  loraGrad,
  loraGradBlock,
  loraUpBackward,
  loraUpBackwardBlock,
} from './lora.ts';

const gpu = await gpuOrNull();
const step = stepBytes({ seed: 9 });
const single = { down: loraDown, up: loraUpBackward, grad: loraGrad, blocks: false };
const inBlocks = { down: loraDownBlock, up: loraUpBackwardBlock, grad: loraGradBlock, blocks: true };
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
    // In blocks: rows, ranks and widths that do not fill one, a member without an adapter.
    [
      43,
      20,
      [
        { out: 12, rank: 4 },
        { out: 4, rank: 0 },
        { out: 36, rank: 12 },
      ],
      0,
    ],
  ] as const)('n %i, k %i, %j, dropout %f', async (n, k, members, rate) => {
    if (!gpu) return;
    const g = testGroup(k, members, 'none');
    const { out, ru, segments, total } = g;
    const kernels = [single, inBlocks].filter(
      ({ blocks }) => !blocks || fitsBlocks(rate, [k, out, ru, total], segments),
    );
    for (const { down, up, grad } of kernels) {
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
      const calls: KernelCall<string>[] = [
        call(down, {
          buffers: { x: 'x', adapter: 'adapter', step: 'step', u: 'u' },
          params: shared,
          constants,
        }),
        call(up, {
          buffers: { dy: 'dy', adapter: 'adapter', du: 'du' },
          params: { n, out, ru, count: segments.length, segments },
        }),
        call(grad, {
          buffers: { x: 'x', u: 'u', dy: 'dy', du: 'du', step: 'step', grads: 'grads' },
          params: { ...shared, out, total, splits: 3 },
          constants,
        }),
        call(loraDownBackward, {
          buffers: { du: 'du', adapter: 'adapter', step: 'step', dx: 'dx' },
          params: shared,
        }),
      ];
      const got = await runCalls(gpu, arrays, calls, ['u', 'du', 'grads', 'dx']);
      const want = runReferences(arrays, calls);
      // The same maps over absolute values give the sums of absolute products that bound every rounding.
      const size = runMagnitudes(arrays, calls);
      const bound = (terms: number, sizes: Float64Array) => (at: number) => sumBound(terms, sizes[at] ?? 0);
      expect(mismatches(got.u ?? [], want.u, bound(k + 2, size.u))).toEqual([]);
      expect(mismatches(got.du ?? [], want.du, bound(out + 2, size.du))).toEqual([]);
      const gradients = (at: number): number => {
        const all = size.grads[at] ?? 0;
        return sumBound(n + k + out + 6, all - Math.abs(arrays.grads[at] ?? 0)) + sumBound(1, all);
      };
      expect(mismatches(got.grads ?? [], want.grads, gradients)).toEqual([]);
      expect(mismatches(got.dx ?? [], want.dx, bound(ru + out + 6, size.dx))).toEqual([]);
    }
  });
});

// The linear kernels for few rows against their reference: members with and without an adapter.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { decoder } from '../quant/decoders.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { productSizes } from '../testing/productSizes.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import { linearVector, linearVectorSubgroup } from './linear.ts';

const gpu = await gpuOrNull();
const formats: readonly WeightFormat[] = ['none', 'nf4', 'fp4', 'nf4-double', 'fp4-double'];
const floats = (length: number, seed: number) => Float32Array.from(randomArray(Math.max(4, length), seed));

describe.skipIf(!gpu)('linear on the GPU', () => {
  const few = [1, 3, 4].flatMap((n) =>
    [...formats, 'q4_1' as const, 'q8_0' as const].map((format) => [n, format] as const),
  );
  it.each(few)('few rows: n %i, %s', async (n, format) => {
    if (!gpu) return;
    const k = 96;
    const members = [
      { out: 33, rank: 5 },
      { out: 66, rank: 0 },
      { out: 7, rank: 9 },
    ];
    const g = testGroup(k, members, format);
    const { out, ru, segments, packed, adapter } = g;
    const [x, u, ry] = [floats(n * k, 1), floats(n * ru, 3), floats(n * out, 4)];
    const size = productSizes(g, format, n, true, { a: x, u, residual: ry });
    const arrays = {
      x,
      u,
      w: packed.words,
      w_scales: packed.scales,
      adapter,
      ry,
      y: new Float32Array(n * out),
    };
    const options = {
      buffers: { x: 'x', u: 'u', w: 'w', w_scales: 'w_scales', adapter: 'adapter', residual: 'ry', y: 'y' },
      params: { segments, n, k, out, ru, count: segments.length },
      constants: { HAS_RESIDUAL: 1, ONE_ROW: n === 1 ? 1 : 0 },
      slots: { decode: decoder(format) },
    };
    const calls: KernelCall<string>[] = [call(linearVector, options)];
    if (gpu.device.features.has('subgroups')) calls.push(call(linearVectorSubgroup, options));
    for (const one of calls) {
      const got = await runCalls(gpu, arrays, [one], ['y']);
      const want = runReferences(arrays, [one]).y;
      expect(mismatches(got.y ?? [], want, (at) => sumBound(k + ru + 3, size[at] ?? 0))).toEqual([]);
    }
  });
});

// The DoRA kernels on the GPU against their references: norms over every kind of storage, scaling, the gradient of m in its parts.
import { describe, expect, it } from 'vitest';
import { call } from '../kernel.ts';
import { decoder } from '../quant/decoders.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { doraGradReference, doraNormReference, doraReference, ia3TableReference } from './dora.ref.ts';
import { dora, doraGrad, doraNorm, ia3Table } from './dora.ts';

const gpu = await gpuOrNull();
const members = [
  { out: 33, rank: 5 },
  { out: 7, rank: 0 },
  { out: 64, rank: 9 },
];

describe.skipIf(!gpu)('dora on the GPU', () => {
  it.each([
    ['none', 65, 1],
    ['nf4', 65, 5],
    ['fp4-double', 128, 123],
    ['q4_0', 64, 65],
  ] as const)('%s, k %i, n %i', async (format, k, n) => {
    if (!gpu) return;
    const g = testGroup(k, members, format, true);
    const { out, segments, total, packed, adapter } = g;
    const splits = 4;
    const arrays = {
      w: packed.words,
      w_scales: packed.scales,
      adapter,
      table: new Float32Array(2 * out),
      z: Float32Array.from(randomArray(n * out, 1)),
      dy: Float32Array.from(randomArray(n * out, 2)),
      residual: Float32Array.from(randomArray(n * out, 3)),
      y: new Float32Array(n * out),
      grads: new Float32Array(splits * total),
    };
    const params = { segments, k, n, out, count: segments.length, total, splits };
    const got = await runCalls(
      gpu,
      arrays,
      [
        call(doraNorm, {
          buffers: { w: 'w', w_scales: 'w_scales', adapter: 'adapter', table: 'table' },
          params,
          slots: { decode: decoder(format) },
        }),
        call(dora, {
          buffers: { x: 'z', table: 'table', residual: 'residual', y: 'y' },
          params,
          constants: { HAS_RESIDUAL: 1 },
        }),
        call(doraGrad, { buffers: { z: 'z', dy: 'dy', table: 'table', grads: 'grads' }, params }),
      ],
      ['table', 'y', 'grads'],
    );
    const table = new Float64Array(2 * out);
    const { words, scales } = packed;
    doraNormReference({ words, scales, format, adapter, table, segments, k, out });
    // Rows sum k squares of entries up to 8 (1 + rank · 8 · scale); the norm is their root, and c divides by it.
    const norm = Math.max(...table.subarray(out));
    const rounding = sumBound(k, 1) + 2 * sumBound(9, 64) + ulpBound(4, 1);
    expect(
      mismatches((got.table ?? new Float32Array(0)).subarray(out), table.subarray(out), rounding * norm),
    ).toEqual([]);
    const c = Math.max(...table.subarray(0, out).map(Math.abs));
    const y = new Float64Array(n * out);
    doraReference(n, out, arrays.z, table, arrays.residual, y);
    expect(mismatches(got.y ?? [], y, 8 * (c + 1) * 2 * rounding)).toEqual([]);
    const grads = new Float64Array(total);
    doraGradReference({ z: arrays.z, dy: arrays.dy, table, grads, segments, n, out, ia3: false });
    const summed = Float64Array.from({ length: total }, (_, i) => {
      let sum = 0;
      for (let s = 0; s < splits; s++) sum += got.grads?.[s * total + i] ?? 0;
      return sum;
    });
    const least = Math.min(...table.subarray(out));
    expect(mismatches(summed, grads, ((64 * n) / least) * (sumBound(n, 1) + rounding))).toEqual([]);
  });

  it('takes IA3’s vectors and gives their gradient', async () => {
    if (!gpu) return;
    const g = testGroup(5, members, 'none', true);
    const { out, total, adapter } = g;
    const segments = g.segments.map((s, i) => ({ ...s, rank: 0, scale: i === 1 ? 0 : 1 }));
    const n = 33;
    const arrays = {
      adapter,
      table: new Float32Array(2 * out),
      z: Float32Array.from(randomArray(n * out, 1)),
      dy: Float32Array.from(randomArray(n * out, 2)),
      grads: new Float32Array(total),
    };
    const params = { segments, n, out, count: segments.length, total, splits: 1 };
    const got = await runCalls(
      gpu,
      arrays,
      [
        call(ia3Table, { buffers: { adapter: 'adapter', table: 'table' }, params }),
        call(doraGrad, {
          buffers: { z: 'z', dy: 'dy', table: 'table', grads: 'grads' },
          params,
          constants: { IA3: 1 },
        }),
      ],
      ['table', 'grads'],
    );
    const [table, grads] = [new Float64Array(2 * out), new Float64Array(total)];
    ia3TableReference(adapter, table, segments, out);
    expect(mismatches(got.table ?? [], table, 0)).toEqual([]);
    doraGradReference({ z: arrays.z, dy: arrays.dy, table, grads, segments, n, out, ia3: true });
    expect(mismatches(got.grads ?? [], grads, sumBound(n, 64 * n))).toEqual([]);
  });
});

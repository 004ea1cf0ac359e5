// The kernels of column scales on the GPU against their references: norms over every kind of storage, scaling, gradients in parts.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { slicedColumns, wholeColumns } from '../lib/slices.ts';
import { decoder } from '../quant/decoders.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import {
  rowNormTable,
  rowNormTableWorkgroup,
  scaleColumns,
  scaleColumnsGrad,
  vectorTable,
} from './scale_columns.ts';

const gpu = await gpuOrNull();
const members = [
  { out: 33, rank: 5 },
  { out: 7, rank: 0 },
  { out: 64, rank: 9 },
];

describe.skipIf(!gpu)('scale_columns on the GPU', () => {
  it.each([
    ['none', 65, 1],
    ['nf4', 65, 5],
    ['fp4-double', 128, 123],
    ['q4_0', 64, 65],
    ['q4_0', 1056, 33, 'workgroup'],
    ['none', 37, 3, 'workgroup'],
  ] as const)('%s, k %i, n %i', async (format, k, n, how?: 'workgroup') => {
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
    const norms = {
      buffers: { w: 'w', w_scales: 'w_scales', adapter: 'adapter', table: 'table' },
      params,
      slots: { decode: decoder(format) },
    };
    const calls: KernelCall<string>[] = [
      how ? call(rowNormTableWorkgroup, norms) : call(rowNormTable, norms),
      call(scaleColumns, {
        buffers: { x: 'z', table: 'table', residual: 'residual', y: 'y' },
        params,
        constants: { HAS_RESIDUAL: 1 },
      }),
      call(scaleColumnsGrad, {
        buffers: { z: 'z', dy: 'dy', table: 'table', grads: 'grads' },
        params,
        constants: how ? slicedColumns : wholeColumns,
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['table', 'y', 'grads']);
    const { table, y, grads } = runReferences(arrays, calls);
    // Rows sum k squares of entries up to 8 (1 + rank · 8 · scale); the norm is their root, and c divides by it.
    const norm = Math.max(...table.subarray(out));
    const rounding = sumBound(k, 1) + 2 * sumBound(9, 64) + ulpBound(4, 1);
    expect(
      mismatches((got.table ?? new Float32Array(0)).subarray(out), table.subarray(out), rounding * norm),
    ).toEqual([]);
    const c = Math.max(...table.subarray(0, out).map(Math.abs));
    expect(mismatches(got.y ?? [], y, 8 * (c + 1) * 2 * rounding)).toEqual([]);
    const least = Math.min(...table.subarray(out));
    expect(mismatches(got.grads ?? [], grads, ((64 * n) / least) * (sumBound(n, 1) + rounding))).toEqual([]);
  });

  it('takes vectors that are the scales and gives their gradient', async () => {
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
    const calls: KernelCall<string>[] = [
      call(vectorTable, { buffers: { adapter: 'adapter', table: 'table' }, params }),
      call(scaleColumnsGrad, {
        buffers: { z: 'z', dy: 'dy', table: 'table', grads: 'grads' },
        params,
        constants: { OWN_SCALE: 1 },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['table', 'grads']);
    const { table, grads } = runReferences(arrays, calls);
    expect(mismatches(got.table ?? [], table, 0)).toEqual([]);
    expect(mismatches(got.grads ?? [], grads, sumBound(n, 64 * n))).toEqual([]);
  });
});

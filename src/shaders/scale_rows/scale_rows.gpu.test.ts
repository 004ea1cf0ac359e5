// `scale_rows` and `row_dots` on the GPU against their references: rows of a wider matrix, rows that follow each other, parts of the gradients.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runMagnitudes, runReferences } from '../testing/references.ts';
import { mismatches, sumBound, ulpBound } from '../testing/tolerance.ts';
import { rowDots, scaleRows } from './scale_rows.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('scale_rows on the GPU', () => {
  it.each([
    [5, 130, 200],
    [200, 5, 5],
    [1, 1, 1],
  ])('%i rows of %i out of %i', async (rows, columns, stride) => {
    if (!gpu) return;
    const factor_offset = 256;
    const total = factor_offset + Math.ceil((rows * columns) / 64) * 64;
    const splits = 3;
    const shared_offset = 3;
    const place = { rows, columns, stride, shared_offset, vector_offset: 0, factor_offset };
    const projections = Float32Array.from(randomArray(shared_offset + rows * stride, 1));
    const adapter = Float32Array.from(randomArray(total, 2));
    const grads = Float32Array.from(randomArray(splits * total, 3));
    const arrays = { projections, adapter, grads };
    const calls: KernelCall<string>[] = [
      call(scaleRows, { buffers: { projections: 'projections', adapter: 'adapter' }, params: place }),
      call(rowDots, {
        buffers: { projections: 'projections', grads: 'grads' },
        params: { ...place, total, splits },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['adapter', 'grads']);
    const { adapter: wantAdapter, grads: wantGrads } = runReferences(arrays, calls);
    // A product is rounded once, a sum of them within Σ|terms|, which the reference gives of absolute values.
    const products = (i: number): number => ulpBound(1, Math.abs(wantAdapter[i] ?? 0));
    expect(mismatches(got.adapter ?? [], wantAdapter, products)).toEqual([]);
    const terms = runMagnitudes(arrays, calls).grads;
    const sums = (i: number): number => sumBound(columns, terms[i] ?? 0);
    expect(mismatches(got.grads ?? [], wantGrads, sums)).toEqual([]);
  });
});

// `linear_vector_workgroup` against its reference: every way of fetching, one row and several, columns that fill no workgroup.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { tileDecoder } from '../quant/tileDecoders.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { productSizes } from '../testing/productSizes.ts';
import { runReferences } from '../testing/references.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import { linearVectorWorkgroup, workgroupConstants } from './vectorWorkgroup.ts';

const gpu = await gpuOrNull();
const floats = (length: number, seed: number) => Float32Array.from(randomArray(Math.max(4, length), seed));
/** Odd numbers of fetches, fewer than lanes, and more; a member's columns that begin at no unit. */
const cases: readonly (readonly [format: WeightFormat, n: number, k: number])[] = [
  ['none', 1, 40],
  ['nf4', 1, 576],
  ['nf4-double', 1, 96],
  ['q4_1', 3, 2144],
  ['q4_k', 8, 512],
  ['q5_0', 1, 96],
];

describe.skipIf(!gpu)('few rows, shared by a workgroup', () => {
  it.each(cases)('%s, n %i, k %i', async (format, n, k) => {
    if (!gpu) return;
    const members = [
      { out: 33, rank: 5 },
      { out: 66, rank: 0 },
      { out: 7, rank: 70 },
    ];
    const group = testGroup(k, members, format);
    const { out, ru, segments, packed, adapter } = group;
    const arrays = {
      x: floats(n * k, 1),
      u: floats(n * ru, 3),
      w: packed.words,
      w_scales: packed.scales,
      adapter,
      ry: floats(n * out, 4),
      y: new Float32Array(n * out),
    };
    const tile = tileDecoder(format, k);
    const made: KernelCall<string> = call(linearVectorWorkgroup, {
      buffers: { x: 'x', u: 'u', w: 'w', w_scales: 'w_scales', adapter: 'adapter', residual: 'ry', y: 'y' },
      params: { segments, n, k, out, ru, count: segments.length },
      constants: { HAS_RESIDUAL: n === 1 ? 0 : 1, ...workgroupConstants({ n, k }, tile) },
      slots: { tile },
    });
    const got = await runCalls(gpu, arrays, [made], ['y']);
    const { x, u, ry } = arrays;
    const size = productSizes(group, format, n, true, { a: x, u, residual: ry });
    const want = runReferences(arrays, [made]).y;
    expect(mismatches(got.y ?? [], want, (at) => sumBound(k + ru + 3, size[at] ?? 0))).toEqual([]);
  });
});

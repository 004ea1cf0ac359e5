// Every matrix product on the GPU against its reference: odd sizes, a tail of adapter columns, residual on and off.
import { describe, expect, it } from 'vitest';
import { dequantizeCall } from '../dequantize/dequantize.ts';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { storedSnippet } from '../lib/stored.ts';
import { decoder } from '../quant/decoders.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { runMagnitudes, runReferences } from '../testing/references.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import { matmulCall, matmulWide } from './matmul.ts';
import { blockSource, blockWorkgroups } from './wide.ts';

const gpu = await gpuOrNull();
const floats = (length: number, seed: number) => Float32Array.from(randomArray(Math.max(4, length), seed));
const buffers = { a: 'a', u: 'u', b: 'b', residual: 'residual', y: 'y' };

describe.skipIf(!gpu)('matmul on the GPU', () => {
  const shapes = [
    [1, 4, 4, 0, 'nothing'],
    [5, 12, 68, 3, 'residual'],
    [123, 64, 128, 24, 'nothing'],
    [65, 132, 36, 5, 'residual'],
    [33, 20, 260, 5, 'y'],
    [5, 7, 9, 2, 'residual'],
    [123, 65, 33, 0, 'y'],
  ] as const;
  it.each(shapes)('n %i, k %i, m %i, ru %i, adds %s', async (n, k, m, ru, adds) => {
    if (!gpu) return;
    // A part of wider matrices, so that strides and offsets matter.
    const aPlace = { stride: k + 8, offset: 4 };
    const yPlace = { stride: m + 4, offset: 4 };
    const arrays = {
      a: floats(n * aPlace.stride, 1),
      u: floats(n * ru, 2),
      b: floats((k + ru) * m, 3),
      residual: floats(n * m, 4),
      y: floats(n * yPlace.stride, 5),
    };
    const made = matmulCall({ buffers, n, k, m, ru, adds, block: 'narrow', aPlace, yPlace });
    const got = await runCalls(gpu, arrays, [made], ['y']);
    const want = runReferences(arrays, [made]).y;
    const size = runMagnitudes(arrays, [made]).y;
    expect(mismatches(got.y ?? [], want, (i) => sumBound(k + ru + 1, size[i] ?? 0))).toEqual([]);
  });

  it('the text of the wide block, by one of 3 rows of 8 columns', async () => {
    if (!gpu) return;
    const block = { rows: 3, vectors: 2 };
    const [n, k, m, ru] = [67, 36, 68, 5];
    const kernel = { ...matmulWide, source: blockSource(block), workgroups: blockWorkgroups(block) };
    const arrays = {
      a: floats(n * k, 1),
      u: floats(n * ru, 2),
      b: floats((k + ru) * m, 3),
      residual: floats(n * m, 4),
      y: new Float32Array(n * m),
    };
    const places = { a_stride: k, a_offset: 0, y_stride: m, y_offset: 0 };
    const params = { n, k, m, ru, ...places };
    const slots = { stored: storedSnippet('f32') };
    const made: KernelCall<string>[] = [call(kernel, { buffers, params, constants: { ADDS: 1 }, slots })];
    const got = await runCalls(gpu, arrays, made, ['y']);
    const want = runReferences(arrays, made).y;
    const size = runMagnitudes(arrays, made).y;
    expect(mismatches(got.y ?? [], want, (i) => sumBound(k + ru + 1, size[i] ?? 0))).toEqual([]);
  });

  it.skipIf(!gpu?.device.features.has('shader-f16'))(
    'half-precision scratch: decoded weights rounded once, sums in float32',
    async () => {
      if (!gpu) return;
      const [n, k] = [37, 128];
      const { out, ru, segments, packed, adapter } = testGroup(k, [{ out: 68, rank: 4 }], 'nf4');
      const arrays = {
        a: floats(n * k, 1),
        u: floats(n * ru, 2),
        w: packed.words,
        w_scales: packed.scales,
        adapter,
        b: new Uint32Array(((k + ru) * out) / 2),
        residual: floats(n * out, 3),
        y: new Float32Array(n * out),
      };
      const packedBuffers = { w: 'w', w_scales: 'w_scales', adapter: 'adapter', scratch: 'b' };
      const shape = { segments, k, out, ru, transposed: true, stored: 'f16' } as const;
      const made = [
        dequantizeCall({ buffers: packedBuffers, decode: decoder('nf4'), ...shape }),
        matmulCall({ buffers, n, k, m: out, ru, adds: 'residual', block: 'narrow', stored: 'f16' }),
      ];
      const got = await runCalls(gpu, arrays, made, ['y']);
      // The references hold the weights unrounded, in numbers where the GPU packs two halves into a word.
      const [decode, multiply] = made;
      if (!decode || !multiply) return;
      const roomy = { ...arrays, b: new Float32Array((k + ru) * out) };
      const { b } = runReferences(roomy, [decode]);
      const whole = { ...roomy, b: Float32Array.from(b) };
      const [want, size] = [runReferences(whole, [multiply]).y, runMagnitudes(whole, [multiply]).y];
      // Half a unit in the last of half's eleven digits for each weight, and the sum's own roundings.
      const bound = (i: number): number => 2 ** -11 * (size[i] ?? 0) + sumBound(k + ru + 2, size[i] ?? 0);
      expect(mismatches(got.y ?? [], want, bound)).toEqual([]);
    },
  );
});

// The tiled linear kernels against their reference: every format, odd sizes, members with and without an adapter.
import { describe, expect, it } from 'vitest';
import { dequantizeCall } from '../dequantize/dequantize.ts';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { matmulCall } from '../matmul/matmul.ts';
import { decoder } from '../quant/decoders.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import type { TestGroup } from '../testing/groups.ts';
import { testGroup } from '../testing/groups.ts';
import { runMagnitudes, runReferences } from '../testing/references.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import { linearBackwardTiled, linearTiled, linearVector, linearVectorSubgroup } from './linear.ts';

const gpu = await gpuOrNull();
const formats: readonly WeightFormat[] = ['none', 'nf4', 'fp4', 'nf4-double', 'fp4-double'];
const shapes = [
  [1, 4, [{ out: 1, rank: 0 }]],
  [
    5,
    12,
    [
      { out: 7, rank: 3 },
      { out: 5, rank: 0 },
      { out: 9, rank: 6 },
    ],
  ],
  [
    65,
    65,
    [
      { out: 33, rank: 5 },
      { out: 66, rank: 9 },
    ],
  ],
  [
    123,
    128,
    [
      { out: 128, rank: 8 },
      { out: 64, rank: 8 },
    ],
  ],
] as const;
type Floats = Float32Array<ArrayBuffer>;
const floats = (length: number, seed: number) => Float32Array.from(randomArray(Math.max(4, length), seed));

/** Sizes of the sums of one product: its terms' absolute values, added up. */
function sizes(
  { k, out, ru, segments, packed, adapter }: TestGroup,
  format: WeightFormat,
  n: number,
  forward: boolean,
  operands: { readonly a: Floats; readonly u: Floats; readonly residual: Floats },
): Float64Array {
  const [inner, outer] = forward ? [k, out] : [out, k];
  const arrays = {
    ...{ ...operands, adapter, w: packed.words, w_scales: packed.scales },
    b: new Float32Array((inner + ru) * outer),
    y: new Float32Array(n * outer),
  };
  const decoding = { w: 'w', w_scales: 'w_scales', adapter: 'adapter', scratch: 'b' };
  const decode = decoder(format);
  const decoded = dequantizeCall({ buffers: decoding, decode, segments, k, out, ru, transposed: forward });
  const b = Float32Array.from(runReferences(arrays, [decoded]).b);
  const buffers = { a: 'a', u: 'u', b: 'b', residual: 'residual', y: 'y' };
  const product = matmulCall({ buffers, n, k: inner, m: outer, ru, adds: 'residual', block: 'narrow' });
  return runMagnitudes({ ...arrays, b }, [product]).y;
}

describe.skipIf(!gpu)('linear on the GPU', () => {
  it.each(formats.flatMap((format) => shapes.map(([n, k, members]) => [format, n, k, members] as const)))(
    '%s, n %i, k %i, %j',
    async (format, n, k, members) => {
      if (!gpu) return;
      const g = testGroup(k, members, format);
      const { out, ru, segments, packed, adapter } = g;
      const arrays = {
        x: floats(n * k, 1),
        dy: floats(n * out, 2),
        u: floats(n * ru, 3),
        w: packed.words,
        w_scales: packed.scales,
        adapter,
        ry: floats(n * out, 4),
        rx: floats(n * k, 5),
        y: new Float32Array(n * out),
        dx: new Float32Array(n * k),
      };
      const shared = { w: 'w', w_scales: 'w_scales', adapter: 'adapter' };
      const options = {
        params: { segments, n, k, out, ru, count: segments.length },
        constants: { HAS_RESIDUAL: 1 },
        slots: { decode: decoder(format) },
      };
      const calls: KernelCall<string>[] = [
        call(linearTiled, { buffers: { ...shared, x: 'x', u: 'u', residual: 'ry', y: 'y' }, ...options }),
        call(linearBackwardTiled, {
          buffers: { ...shared, dy: 'dy', du: 'u', residual: 'rx', dx: 'dx' },
          ...options,
        }),
      ];
      const got = await runCalls(gpu, arrays, calls, ['y', 'dx']);
      const { y, dx } = runReferences(arrays, calls);
      // The same products over absolute values bound every sum; a restored scale may differ by two roundings of its own.
      const { u, ry, rx } = arrays;
      const forward = sizes(g, format, n, true, { a: arrays.x, u, residual: ry });
      const back = sizes(g, format, n, false, { a: arrays.dy, u, residual: rx });
      const bound = (terms: number, size: Float64Array) => (at: number) => sumBound(terms + 3, size[at] ?? 0);
      expect(mismatches(got.y ?? [], y, bound(k + ru, forward))).toEqual([]);
      expect(mismatches(got.dx ?? [], dx, bound(out + ru, back))).toEqual([]);
    },
  );

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
    const size = sizes(g, format, n, true, { a: x, u, residual: ry });
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

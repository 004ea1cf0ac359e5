// The tiled linear kernels against their reference: every format, odd sizes, members with and without an adapter.
import { describe, expect, it } from 'vitest';
import { dequantizeReference } from '../dequantize/dequantize.ref.ts';
import { call } from '../kernel.ts';
import { matmulReference } from '../matmul/matmul.ref.ts';
import { decoder } from '../quant/decoders.ts';
import type { WeightFormat } from '../quant/weightFormat.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { absolute, mismatches, sumBound } from '../testing/tolerance.ts';
import { linearReference } from './linear.ref.ts';
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
const floats = (length: number, seed: number) => Float32Array.from(randomArray(Math.max(4, length), seed));

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
      const got = await runCalls(
        gpu,
        arrays,
        [
          call(linearTiled, { buffers: { ...shared, x: 'x', u: 'u', residual: 'ry', y: 'y' }, ...options }),
          call(linearBackwardTiled, {
            buffers: { ...shared, dy: 'dy', du: 'u', residual: 'rx', dx: 'dx' },
            ...options,
          }),
        ],
        ['y', 'dx'],
      );
      const group = {
        words: packed.words,
        scales: packed.scales,
        format,
        adapter,
        k,
        out,
        ru,
        segments,
        tail: ru > 0 ? arrays.u : null,
        n,
      };
      const [y, dx] = [new Float64Array(n * out), new Float64Array(n * k)];
      linearReference({ ...group, left: arrays.x, residual: arrays.ry, result: y, direction: 'forward' });
      linearReference({ ...group, left: arrays.dy, residual: arrays.rx, result: dx, direction: 'backward' });
      // The same products over absolute values bound every sum; a restored scale may differ by two roundings of its own.
      const sizes = (forward: boolean): Float64Array => {
        const [inner, outer] = forward ? [k, out] : [out, k];
        const scratch = new Float64Array((inner + ru) * outer);
        dequantizeReference({ ...group, scratch, transposed: forward });
        const [a, residual] = forward ? [arrays.x, arrays.ry] : [arrays.dy, arrays.rx];
        const y = new Float64Array(n * outer);
        const tail = group.tail && absolute(group.tail);
        matmulReference({
          a: absolute(a),
          u: tail,
          b: absolute(scratch),
          residual: absolute(residual),
          y,
          n,
          k: inner,
          m: outer,
          ru,
        });
        return y;
      };
      const bound = (terms: number, size: Float64Array) => (at: number) => sumBound(terms + 3, size[at] ?? 0);
      expect(mismatches(got.y ?? [], y, bound(k + ru, sizes(true)))).toEqual([]);
      expect(mismatches(got.dx ?? [], dx, bound(out + ru, sizes(false)))).toEqual([]);
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
    const { out, ru, segments, packed, adapter } = testGroup(k, members, format);
    const [x, u, ry] = [floats(n * k, 1), floats(n * ru, 3), floats(n * out, 4)];
    const group = { words: packed.words, scales: packed.scales, format, adapter, k, out, ru, segments, n };
    const want = new Float64Array(n * out);
    linearReference({ ...group, left: x, tail: u, residual: ry, result: want, direction: 'forward' });
    const size = new Float64Array(n * out);
    const scratch = new Float64Array((k + ru) * out);
    dequantizeReference({ ...group, scratch, transposed: true });
    const positive = { a: absolute(x), u: absolute(u), b: absolute(scratch), residual: absolute(ry) };
    matmulReference({ ...positive, y: size, n, k, m: out, ru });
    const kernels = gpu.device.features.has('subgroups')
      ? [linearVector, linearVectorSubgroup]
      : [linearVector];
    for (const kernel of kernels) {
      const got = await runCalls(
        gpu,
        { x, u, w: packed.words, w_scales: packed.scales, adapter, ry, y: new Float32Array(n * out) },
        [
          call(kernel, {
            buffers: {
              x: 'x',
              u: 'u',
              w: 'w',
              w_scales: 'w_scales',
              adapter: 'adapter',
              residual: 'ry',
              y: 'y',
            },
            params: { segments, n, k, out, ru, count: segments.length },
            constants: { HAS_RESIDUAL: 1, ONE_ROW: n === 1 ? 1 : 0 },
            slots: { decode: decoder(format) },
          }),
        ],
        ['y'],
      );
      expect(mismatches(got.y ?? [], want, (at) => sumBound(k + ru + 3, size[at] ?? 0))).toEqual([]);
    }
  });
});

// What an invocation of a tile makes of packed words, of every format that it reads 16 bytes at a time, against the decoder's reference: each fetch of a member, decoded as it
// was fetched and as it comes back from workgroup memory, written where it says that its vectors lie.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call, defineKernel } from '../kernel.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { F32_ROUNDOFF, mismatches } from '../testing/tolerance.ts';
import { decodeMember } from './decode.ref.ts';
import { tileDecoder } from './tileDecoders.ts';
import type { WeightFormat } from './weightFormat.ts';

const gpu = await gpuOrNull();

/** Workgroup r decodes row r of a member of K columns, two invocations a unit of it. */
const decodeRow = defineKernel({
  name: 'decode_row',
  source: `
struct Params { k: u32, segment: u32, first_block: u32, unit: u32, rows: u32 }
@group(0) @binding(0) var<storage, read> w: array<Packed>;
@group(0) @binding(1) var<storage, read> w_scales: array<u32>;
@group(0) @binding(2) var<storage, read_write> fetched: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> staged_too: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;
@compute @workgroup_size(THREADS)
fn decode_row(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let begin = (t / 2u) * params.unit;
  let half = t % 2u;
  let inside = begin + half * params.unit / 2u < params.k;
  prepare(t);
  workgroupBarrier();
  let held = fetch(params.segment, params.first_block, group.x * params.k + begin, half, inside);
  stage(t, held);
  workgroupBarrier();
  for (var g = 0u; g < HELD_QUADS; g++) {
    let at = (group.x * THREADS / 2u * params.unit + begin + quad_at(half, g)) / 4u;
    fetched[at] = quad(held, g);
    staged_too[at] = staged_quad(t, g);
  }
}`,
  slots: ['tile'],
  buffers: { w: 'read u32', w_scales: 'read u32', fetched: 'read_write', staged_too: 'read_write' },
  params: { k: 'u32', segment: 'u32', first_block: 'u32', unit: 'u32', rows: 'u32' },
  constants: { THREADS: 64 },
  workgroups: ({ rows }) => [rows, 1, 1],
  reference: () => {},
});

const formats: readonly (readonly [format: WeightFormat, k: number])[] = [
  ...(['none', 'f16', 'bf16'] as const).map((format) => [format, 40] as const),
  // Half a fetch of 4 bits more than whole ones; then a width that no fetch divides.
  ...(['nf4-double', 'fp4'] as const).map((format) => [format, 96] as const),
  ['nf4-double', 72],
  ...(['q4_0', 'q4_1', 'q8_0', 'iq4_nl', 'int4', 'int4_f32'] as const).map((format) => [format, 96] as const),
  ['q4_k', 256],
  // Of those that are decoded four at a time, by decoders that `dequantize` is tested with, one and a mix.
  ['q5_1', 96],
  ['mixed:q4_k,q6_k', 256],
];

describe.skipIf(!gpu)('decoding for tiles on the GPU', () => {
  it.each(formats)('%s, %i columns', async (format, k) => {
    if (!gpu) return;
    const members = [
      { out: 16, rank: 0 },
      { out: 24, rank: 0 },
    ];
    const { packed, segments } = testGroup(k, members, format);
    const tile = tileDecoder(format, k, false);
    for (const [segment, { start, end, first_block }] of segments.entries()) {
      const rows = end - start;
      const width = 32 * tile.unit;
      const decoded = new Float32Array(rows * k);
      const { words, scales } = packed;
      const from = { words, scales, format, segment, firstBlock: first_block, count: rows * k };
      decodeMember({ ...from, out: decoded, outAt: 0 });
      const empty = (): Float32Array<ArrayBuffer> => new Float32Array(rows * width);
      const arrays = { w: words, w_scales: scales, fetched: empty(), staged_too: empty() };
      const made: KernelCall<string> = call(decodeRow, {
        buffers: { w: 'w', w_scales: 'w_scales', fetched: 'fetched', staged_too: 'staged_too' },
        params: { k, segment, first_block, unit: tile.unit, rows },
        slots: { tile },
      });
      const got = await runCalls(gpu, arrays, [made], ['fetched', 'staged_too']);
      // Beyond the last column is nothing: the rest of a unit is zero.
      const want = empty();
      for (let row = 0; row < rows; row++) want.set(decoded.subarray(row * k, (row + 1) * k), row * width);
      // A scale restored from two levels, or multiplied and shifted, in one rounding or in two.
      const bound = (at: number): number => 4 * F32_ROUNDOFF * Math.max(1, Math.abs(want[at] ?? 0));
      expect(mismatches(got['fetched'] ?? [], want, bound)).toEqual([]);
      expect(mismatches(got['staged_too'] ?? [], want, bound)).toEqual([]);
    }
  });
});

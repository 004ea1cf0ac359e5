// Attention's gradient turned back, its parts added up and the narrow product behind it, in one dispatch, against the references one after the
// other: rows that fill no block, heads that turn in part, documents, ranks of 4 and not, with parts and without.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { rotationTables } from '../rope/rope.ref.ts';
import { randomArray } from '../testing/finite.ts';
import { plainFrequencies } from '../testing/frequencies.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { absolute, mismatches, sumBound } from '../testing/tolerance.ts';
import { loraUpBackwardReference } from './lora.ref.ts';
import { loraUpBackwardTurned } from './lora_turned.ts';
import { ranksOf4 } from './lora_workgroup.ts';

const gpu = await gpuOrNull();
const floats = (length: number, seed: number) => Float32Array.from(randomArray(length, seed));

describe.skipIf(!gpu)('attention turned back and the narrow product behind it on the GPU', () => {
  it.each([
    [7, 7, 8, 3, 12, 8, 0],
    [30, 15, 8, 0, 16, 16, 10],
  ])('n %i, t %i, rank %i, %i parts, %i wide heads of which %i turn, documents of %i', async (...sizes) => {
    if (!gpu) return;
    const [n, t, rank, terms, d, dims, length] = sizes;
    const [heads, kv_heads] = [40, 3];
    const widths = [heads, kv_heads, kv_heads].map((count) => count * d);
    const group = testGroup(
      4,
      widths.map((out, i) => ({ out, rank: i === 1 ? rank / 2 : rank })),
      'none',
    );
    const { out, ru, segments, adapter } = group;
    const { cos, sin } = rotationTables(32, plainFrequencies(dims));
    const documents = Uint32Array.from({ length: n }, (_, i) =>
      length > 0 ? Math.floor((i % t) / length) * length : 0,
    );
    const arrays = {
      ...{ turned: floats(n * out, 1), parts_kv: floats(Math.max(4, terms * n * kv_heads * 2 * d), 2) },
      ...{ cos, sin, documents, adapter, step: stepBytes({ position: 2 }) },
      ...{ dqkv: new Float32Array(n * out), du: new Float32Array(n * ru) },
    };
    const numbers = { n, out, ru, count: segments.length, segments };
    const calls: KernelCall<string>[] = [
      call(loraUpBackwardTurned, {
        buffers: {
          ...{ turned: 'turned', parts_kv: 'parts_kv', cos_table: 'cos', sin_table: 'sin' },
          ...{ documents: 'documents', step: 'step', adapter: 'adapter', dqkv: 'dqkv', du: 'du' },
        },
        params: { ...numbers, t, heads, kv_heads, d, dims, terms },
        constants: {
          RANKS_OF_4: ranksOf4(segments),
          HAS_DOCUMENTS: length > 0 ? 1 : 0,
          PARTS: terms > 0 ? 1 : 0,
        },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['dqkv', 'du']);
    const { dqkv, du } = runReferences(arrays, calls);
    // Two products, of sums of numbers of at most 8.
    const wrong = dqkv.map(() => sumBound(2 + Math.max(1, terms), 16 * Math.max(1, terms)));
    expect(mismatches(got.dqkv ?? [], dqkv, (i) => wrong[i] ?? 0)).toEqual([]);
    const dy = dqkv.map((value, i) => sumBound(heads * d + 2, Math.abs(value)) + (wrong[i] ?? 0));
    const duWrong = new Float64Array(n * ru);
    loraUpBackwardReference({ ...numbers, adapter: absolute(adapter), dy, du: duWrong });
    expect(mismatches(got.du ?? [], du, (i) => duWrong[i] ?? 0)).toEqual([]);
  });
});

// A gate over parts of a split sum and the narrow product behind it in one dispatch: the bits of two dispatches one after the other, whose own
// results lora_fused.gpu.test.ts holds to the references.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { linearParts } from '../linear/tiled.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import { loraDownGated, loraDownGatedParts } from './lora_fused.ts';

const gpu = await gpuOrNull();
const floats = (length: number, seed: number) => Float32Array.from(randomArray(length, seed));

describe.skipIf(!gpu)('a gate over parts on the GPU', () => {
  it.each([
    [1, 4, 2],
    [7, 516, 3],
  ])('n %i, k %i, %i parts', async (n, k, terms) => {
    if (!gpu) return;
    const { ru, segments, adapter } = testGroup(
      k,
      [
        { out: 4, rank: 8 },
        { out: 8, rank: 5 },
      ],
      'none',
    );
    const size = 2 * n * k;
    const arrays = {
      ...{ adapter, step: stepBytes({ seed: 9 }), parts: floats(terms * size, 1) },
      ...{ gu: new Float32Array(size), h: new Float32Array(n * k), u: new Float32Array(n * ru) },
      none: new Float32Array(4),
    };
    const params = { n, k, ru, count: segments.length, stream: 2, rate: 0, segments };
    const own = { adapter: 'adapter', step: 'step', gu: 'gu', h: 'h', u: 'u' };
    const together: KernelCall<string>[] = [
      call(loraDownGatedParts, { buffers: { ...own, parts: 'parts' }, params: { ...params, terms } }),
    ];
    const apart: KernelCall<string>[] = [
      call(linearParts, {
        buffers: { parts: 'parts', residual: 'none', y: 'gu' },
        params: { size, terms },
      }),
      call(loraDownGated, { buffers: own, params }),
    ];
    const got = await runCalls(gpu, arrays, together, ['gu', 'h', 'u']);
    expect(got).toEqual(await runCalls(gpu, arrays, apart, ['gu', 'h', 'u']));
    const { gu } = runReferences(arrays, together);
    expect(mismatches(got.gu ?? [], gu, sumBound(terms, 8 * terms))).toEqual([]);
  });
});

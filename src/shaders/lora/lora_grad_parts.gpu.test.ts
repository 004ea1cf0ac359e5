// Gradients and a product's parts in one dispatch: the bits that the two dispatches give one after the other, which have tests of their own,
// and what the references say, for more workgroups of either kind than of the other.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { linearParts } from '../linear/tiled.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { runMagnitudes, runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import { loraGradParts } from './lora_grad_parts.ts';
import { gradBlocks, loraGradWorkgroup } from './lora_workgroup.ts';

const gpu = await gpuOrNull();
const floats = (length: number, seed: number) => Float32Array.from(randomArray(length, seed));

describe.skipIf(!gpu)('gradients beside the parts of a product on the GPU', () => {
  it.each([
    [5, 44, 3, 1],
    [387, 68, 2, 1],
  ])('n %i, k %i, %i parts, residual %i', async (n, k, terms, adds) => {
    if (!gpu) return;
    const group = testGroup(
      k,
      [
        { out: 28, rank: 3 },
        { out: 4, rank: 0 },
        { out: 68, rank: 8 },
      ],
      'none',
    );
    const { out, ru, segments, total } = group;
    const [splits, size] = [3, n * k];
    const arrays = {
      ...{ x: floats(n * k, 1), u: floats(n * ru, 2), dy: floats(n * out, 3), du: floats(n * ru, 4) },
      ...{ grads: floats(splits * total, 5), parts: floats(terms * size, 6), residual: floats(size, 7) },
      ...{ y: new Float32Array(size), step: stepBytes({ seed: 9 }) },
    };
    const shared = { n, k, out, ru, count: segments.length, total, splits, stream: 2, rate: 0, segments };
    const own = { x: 'x', u: 'u', dy: 'dy', du: 'du', step: 'step', grads: 'grads' };
    const added = { parts: 'parts', residual: 'residual', y: 'y' };
    const apart: KernelCall<string>[] = [
      call(loraGradWorkgroup, { buffers: own, params: shared }),
      call(linearParts, {
        buffers: added,
        params: { size, terms },
        constants: { HAS_RESIDUAL: adds },
      }),
    ];
    const together: KernelCall<string>[] = [
      call(loraGradParts, {
        buffers: { ...own, ...added },
        params: { ...shared, blocks: gradBlocks(k, segments), size, terms },
        constants: { HAS_RESIDUAL: adds },
      }),
    ];
    const [one, two] = [
      await runCalls(gpu, arrays, together, ['grads', 'y']),
      await runCalls(gpu, arrays, apart, ['grads', 'y']),
    ];
    expect(one).toEqual(two);
    const [want, sizes] = [runReferences(arrays, together), runMagnitudes(arrays, together)];
    const bound = (count: number, of: Float64Array) => (at: number) => sumBound(count, of[at] ?? 0);
    expect(mismatches(one.grads ?? [], want.grads, bound(n + 6, sizes.grads))).toEqual([]);
    expect(mismatches(one.y ?? [], want.y, bound(terms + 1, sizes.y))).toEqual([]);
  });
});

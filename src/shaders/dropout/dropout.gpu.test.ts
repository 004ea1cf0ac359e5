// The dropout mask on the GPU is the CPU's, element by element.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, ulpBound } from '../testing/tolerance.ts';
import { dropout } from './dropout.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('dropout on the GPU', () => {
  it.each([
    [1, 0],
    [123, 0.5],
    [4099, 0.1],
  ])('%i elements at rate %f', async (n, rate) => {
    if (!gpu) return;
    const x = new Float32Array(n).fill(1);
    const calls: KernelCall<string>[] = [
      call(dropout, { buffers: { x: 'x', step: 'step', y: 'y' }, params: { n, stream: 3, rate } }),
    ];
    const arrays = { x, step: stepBytes({ seed: 77 }), y: new Float32Array(n) };
    const got = await runCalls(gpu, arrays, calls, ['y']);
    const want = runReferences(arrays, calls).y;
    expect(mismatches(got.y ?? [], want, ulpBound(3, 2))).toEqual([]);
    expect(got.y?.map((value) => (value === 0 ? 1 : 0))).toEqual(
      Float32Array.from(want, (value) => (value === 0 ? 1 : 0)),
    );
  });
});

// `add_positions` on the GPU: one rounding, so equal to float32 addition.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches } from '../testing/tolerance.ts';
import { addPositions } from './add_positions.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('add_positions on the GPU', () => {
  it.each([
    [1, 1, 1, 0, 0],
    [5, 7, 5, 3, 0],
    [33, 65, 11, 0, 4],
    [24, 12, 12, 58, 0],
  ])('n %i, c %i, t %i, position %i, documents of %i', async (n, c, t, position, length) => {
    if (!gpu) return;
    const positions = 64;
    const arrays = {
      table: Float32Array.from(randomArray(positions * c, 1)),
      documents: Uint32Array.from({ length: n }, (_, i) =>
        length > 0 ? Math.floor((i % t) / length) * length : 0,
      ),
      step: stepBytes({ position }),
      x: Float32Array.from(randomArray(n * c, 2)),
    };
    const calls: KernelCall<string>[] = [
      call(addPositions, {
        buffers: { table: 'table', documents: 'documents', step: 'step', x: 'x' },
        params: { n, c, t, positions },
        constants: { HAS_DOCUMENTS: length > 0 ? 1 : 0 },
      }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['x']);
    const want = Float32Array.from(runReferences(arrays, calls).x);
    expect(mismatches(got.x ?? [], want, 0)).toEqual([]);
  });
});

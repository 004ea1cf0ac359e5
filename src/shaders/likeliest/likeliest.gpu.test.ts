// `likeliest_parts` and `likeliest` on the GPU against their references: sizes around a stretch and a workgroup, ties anywhere.
import { expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { likeliest, likeliestParts, PARTS } from './likeliest.ts';

const gpu = await gpuOrNull();

it.skipIf(!gpu)('likeliest on the GPU', async () => {
  if (!gpu) return;
  for (const v of [1, 123, 8193, PARTS * 200]) {
    // Few values, so that the largest occurs more than once.
    const scores = Float32Array.from(randomArray(v, v), (x) => Math.round(4 * x) - 40);
    scores[v >> 1] = Number.NaN;
    const arrays = {
      scores,
      values: new Float32Array(PARTS),
      places: new Float32Array(PARTS),
      step: stepBytes({ position: 5 }),
      ids: new Uint32Array(4),
      said: new Float32Array(8),
    };
    const between = { values: 'values', places: 'places' };
    const calls: KernelCall<string>[] = [
      call(likeliestParts, { buffers: { scores: 'scores', ...between }, params: { v } }),
      call(likeliest, { buffers: { ...between, step: 'step', ids: 'ids', said: 'said' }, params: {} }),
    ];
    const got = await runCalls(gpu, arrays, calls, ['ids', 'said']);
    const want = runReferences(arrays, calls);
    expect([...(got.said ?? [])]).toEqual([...want.said]);
    expect(new Uint32Array((got.ids ?? new Float32Array()).buffer)[0]).toBe(want.said[5]);
  }
});

// `rope` on the GPU, in place, both directions, against the reference.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { linearParts } from '../linear/tiled.ts';
import { randomArray } from '../testing/finite.ts';
import { plainFrequencies } from '../testing/frequencies.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import { rotationTables } from './rope.ref.ts';
import { rope, ropeParts } from './rope.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('rope on the GPU', () => {
  it.each([
    [1, 1, 0, 1, 0, 12],
    [5, 5, 3, -1, 0, 12],
    [123, 41, 0, 1, 0, 12],
    [123, 41, 0, 1, 10, 12],
    [123, 41, 0, -1, 10, 8],
  ])(
    'n %i, t %i, position %i, sign %i, documents of %i, %i of 12 turned',
    async (n, t, position, sign, length, dims) => {
      if (!gpu) return;
      const [d, heads_q, heads_k] = [12, 3, 1];
      const stride = (heads_q + 2 * heads_k) * d;
      const { cos, sin } = rotationTables(64, plainFrequencies(dims));
      const documents = Uint32Array.from({ length: n }, (_, i) =>
        length > 0 ? Math.floor((i % t) / length) * length : 0,
      );
      const x = Float32Array.from(randomArray(n * stride, 1));
      const params = { n, t, stride, q_offset: 0, k_offset: heads_q * d, heads_q, heads_k, d, dims, sign };
      const calls: KernelCall<string>[] = [
        call(rope, {
          buffers: { cos_table: 'cos', sin_table: 'sin', documents: 'documents', step: 'step', x: 'x' },
          params,
          constants: { HAS_DOCUMENTS: length > 0 ? 1 : 0 },
        }),
      ];
      const arrays = { cos, sin, documents, step: stepBytes({ position }), x };
      const got = await runCalls(gpu, arrays, calls, ['x']);
      const want = runReferences(arrays, calls).x;
      expect(mismatches(got.x ?? [], want, sumBound(2, 16))).toEqual([]);
    },
  );

  it.each([
    [1, 1, 2, 12, 0],
    [45, 15, 3, 8, 10],
  ])(
    'n %i, t %i, %i parts added up first, %i of 12 turned, documents of %i',
    async (n, t, terms, dims, length) => {
      if (!gpu) return;
      const [d, heads_q, heads_k] = [12, 3, 1];
      const [turned, stride] = [heads_q + heads_k, (heads_q + 2 * heads_k) * d];
      const { cos, sin } = rotationTables(64, plainFrequencies(dims));
      const documents = Uint32Array.from({ length: n }, (_, i) =>
        length > 0 ? Math.floor((i % t) / length) * length : 0,
      );
      const parts = Float32Array.from(randomArray(terms * n * stride, 1));
      const constants = { HAS_DOCUMENTS: length > 0 ? 1 : 0 };
      const tables = { cos_table: 'cos', sin_table: 'sin', documents: 'documents', step: 'step' };
      const one: KernelCall<string>[] = [
        call(ropeParts, {
          buffers: { ...tables, parts: 'parts', x: 'x' },
          params: { n, t, stride, turned, d, dims, terms },
          constants,
        }),
      ];
      const apart: KernelCall<string>[] = [
        call(linearParts, {
          buffers: { parts: 'parts', residual: 'none', y: 'x' },
          params: { size: n * stride, terms },
        }),
        call(rope, {
          buffers: { ...tables, x: 'x' },
          params: { n, t, stride, q_offset: 0, k_offset: heads_q * d, heads_q, heads_k, d, dims, sign: 1 },
          constants,
        }),
      ];
      const arrays = {
        ...{ cos, sin, documents, step: stepBytes({ position: 2 }), parts },
        ...{ x: new Float32Array(n * stride), none: new Float32Array(4) },
      };
      const got = await runCalls(gpu, arrays, one, ['x']);
      expect(got).toEqual(await runCalls(gpu, arrays, apart, ['x']));
      expect(mismatches(got.x ?? [], runReferences(arrays, one).x, sumBound(2 + terms, 16))).toEqual([]);
    },
  );
});

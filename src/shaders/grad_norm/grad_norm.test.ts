// Norm and clipping against torch's published example: [3, 4] clipped to 1 (numerics reference, section 8).
import { expect, it } from 'vitest';
import { halfUnit } from '../testing/tolerance.ts';
import { clipFactorReference, gradReduceReference } from './grad_norm.ref.ts';

it('clips [3, 4] to 1 as clip_grad_norm_', () => {
  const grads = Float64Array.of(1, 4, 2, 0);
  const metrics = new Float64Array(3);
  gradReduceReference({
    table: Uint32Array.of(0, 2),
    grads,
    metrics,
    tensors: 1,
    splits: 2,
    total: 2,
    norm_offset: 2,
  });
  clipFactorReference({ metrics, tensors: 1, norm_offset: 2, max_norm: 1 });
  expect(metrics[0]).toBe(5);
  // As torch prints it.
  expect(Math.abs((metrics[1] ?? 0) * 3 - 0.5999999)).toBeLessThanOrEqual(halfUnit(7));
  clipFactorReference({ metrics, tensors: 1, norm_offset: 2, max_norm: 0 });
  expect(metrics[1]).toBe(1);
});

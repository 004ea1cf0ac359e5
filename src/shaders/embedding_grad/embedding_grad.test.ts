// Gradients of a trained table and of an adapter on one against central differences in float64, with repeated and foreign ids.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import {
  embeddingGradReference,
  embeddingLoraGradReference,
  embeddingLoraReference,
} from './embedding_grad.ref.ts';

const [n, c, v, rank] = [6, 5, 7, 2];
const ids = Uint32Array.of(3, 0, 3, 6, 99, 3);
const shape = { ids, n, c, v };
const dx = randomArray(n * c, 2);

it('sums the rows of every id', () => {
  const offset = 3;
  const lookUp = (table: Float64Array): Float64Array =>
    Float64Array.from({ length: n * c }, (_, i) => {
      const token = Math.min(ids[Math.floor(i / c)] ?? 0, v - 1);
      return table[offset + token * c + (i % c)] ?? 0;
    });
  const grads = new Float64Array(offset + v * c);
  embeddingGradReference({ ...shape, dx, grads, offset });
  expect(gradientMismatches(grads, lookUp, randomArray(offset + v * c, 1), dx, n)).toEqual([]);
});

it('gives dA and dB of an adapter', () => {
  const places = { rank, a_offset: 1, b_offset: 1 + rank * v, scale: 0.7 };
  const adapter = randomArray(1 + rank * v + c * rank, 3);
  const forward = (at: Float64Array): Float64Array => {
    const x = new Float64Array(n * c);
    embeddingLoraReference({ ...shape, ...places, adapter: at, x });
    return x;
  };
  const grads = new Float64Array(adapter.length);
  embeddingLoraGradReference({ ...shape, ...places, adapter, dx, grads });
  expect(gradientMismatches(grads, forward, adapter, dx, n * rank)).toEqual([]);
});

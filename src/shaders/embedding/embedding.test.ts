// The reference of `embedding`: rows by id, ids beyond the table held at its end.
import { expect, it } from 'vitest';
import { embeddingReference } from './embedding.ref.ts';

it('gathers rows and holds ids at the table’s end', () => {
  const x = new Float64Array(6);
  embeddingReference({
    ids: Uint32Array.of(1, 0, 9),
    table: Float64Array.of(1, 2, 3, 4),
    x,
    n: 3,
    c: 2,
    v: 2,
  });
  expect([...x]).toEqual([3, 4, 1, 2, 3, 4]);
});

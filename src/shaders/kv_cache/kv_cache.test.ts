// The reference of `kv_append`: rows land at the position, rows beyond the cache are dropped.
import { expect, it } from 'vitest';
import { kvAppendReference } from './kv_cache.ref.ts';

it('appends at the position and drops what does not fit', () => {
  const cache = new Float64Array(2 * 3 * 2);
  const qkv = Float64Array.of(0, 1, 2, 3, 4, 0, 5, 6, 7, 8);
  kvAppendReference({
    qkv,
    cache,
    step: { position: 2 },
    t: 2,
    width: 2,
    stride: 5,
    k_offset: 1,
    v_offset: 3,
    max_t: 3,
  });
  expect([...cache]).toEqual([0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 3, 4]);
});

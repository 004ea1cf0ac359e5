// The references of attention in tiles: parts made one give what a walk over all keys (or columns) gives, documents, windows, dropout and
// heads that share keys included. Their gradients against differences are ../attention/'s affair, which they run.
import { expect, it } from 'vitest';
import {
  attentionBackwardKvReference,
  attentionBackwardQReference,
  attentionReference,
} from '../attention/attention.ref.ts';
import { randomArray } from '../testing/finite.ts';
import { mismatches, sumBound64 } from '../testing/tolerance.ts';
import {
  attentionTileBackwardKvReference,
  attentionTileJoinKvReference,
  attentionTileJoinReference,
  attentionTileReference,
  partsOf,
} from './attention_tile.ref.ts';

it.each([
  [1, 70, 4, 2, 0, 0, 0],
  [2, 40, 3, 1, 7, 0, 0.25],
  [1, 70, 2, 1, 0, 9, 0],
])(
  'batch %i, t %i, heads %i over %i, documents of %i, window %i, dropout %d',
  (batch, t, heads, kv, length, window, rate) => {
    const [d, stretch, n] = [4, 1, batch * t];
    const stride = (heads + 2 * kv) * d;
    const places = { k_stride: stride, k_offset: heads * d, v_stride: stride, v_offset: (heads + kv) * d };
    const shape = {
      ...{ D: d, batch, t_q: t, t_k: t, heads, kv_heads: kv, q_stride: stride, q_offset: 0, ...places },
      ...{ scale: 0.5, window, rate, stream: 3, step: { position: 0, seed: 7 } },
      ...{ HAS_DOCUMENTS: length > 0 ? 1 : 0, HAS_DROPOUT: rate > 0 ? 1 : 0 },
      documents: Uint32Array.from({ length: n }, (_, i) =>
        length > 0 ? Math.floor((i % t) / length) * length : 0,
      ),
    };
    const [qkv, d_o] = [randomArray(n * stride, 1), randomArray(n * heads * d, 2)];
    const whole = { o: new Float64Array(n * heads * d), lse: new Float64Array(n * heads) };
    attentionReference({ ...shape, q: qkv, k: qkv, v: qkv, ...whole });
    const parts = partsOf(t, stretch);
    const part_o = new Float64Array(parts * n * heads * d);
    const part_lse = new Float64Array(parts * n * heads);
    attentionTileReference({ ...shape, stretch, q: qkv, k: qkv, v: qkv, o: part_o, lse: part_lse });
    const joined = { o: new Float64Array(n * heads * d), lse: new Float64Array(n * heads) };
    attentionTileJoinReference({ part_o, part_lse, ...joined, rows: n * heads, parts, D: d });
    // Two orders of sums of t terms of at most 8.
    expect(mismatches(joined.o, whole.o, sumBound64(4 * t, 8 / (1 - rate)))).toEqual([]);
    expect(mismatches(joined.lse, whole.lse, sumBound64(4 * t, 64))).toEqual([]);

    const delta = new Float64Array(n * heads);
    const dqkv = new Float64Array(qkv.length);
    const learnt = { ...shape, qkv, lse: whole.lse, d_o, delta };
    attentionBackwardQReference({ ...learnt, o: whole.o, dqkv });
    const again = Float64Array.from(dqkv);
    attentionBackwardKvReference({ ...learnt, dqkv });
    const partsKv = partsOf((t * heads) / kv, stretch);
    expect(partsKv).toBeGreaterThan(1);
    const parts_kv = new Float64Array(partsKv * n * kv * 2 * d);
    attentionTileBackwardKvReference({ ...learnt, stretch, PARTS: 1, dqkv: parts_kv });
    attentionTileJoinKvReference({
      ...{ parts_kv, dqkv: again, rows: n, parts: partsKv, kv_heads: kv, D: d },
      ...places,
    });
    expect(
      mismatches(again, dqkv, (i) => sumBound64((4 * t * heads) / kv, 64 + Math.abs(dqkv[i] ?? 0))),
    ).toEqual([]);
  },
);

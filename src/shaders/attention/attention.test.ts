// The gradient of attention against central differences in float64; the reference against the plain softmax.
import { expect, it } from 'vitest';
import { gradientMismatches, randomArray } from '../testing/finite.ts';
import { mismatches, sumBound64 } from '../testing/tolerance.ts';
import {
  attentionBackwardKvReference,
  attentionBackwardQReference,
  attentionReference,
} from './attention.ref.ts';

const shapeOf = (batch: number, t: number, heads: number, kv: number, d: number) => {
  const stride = (heads + 2 * kv) * d;
  return {
    D: d,
    batch,
    t_q: t,
    t_k: t,
    heads,
    kv_heads: kv,
    q_stride: stride,
    q_offset: 0,
    k_stride: stride,
    k_offset: heads * d,
    v_stride: stride,
    v_offset: (heads + kv) * d,
    scale: 1 / Math.sqrt(d),
    window: 0,
    step: { position: 0, seed: 7 },
    rate: 0,
    stream: 3,
    HAS_DROPOUT: 0,
  };
};

it.each([
  [1, 1, 1, 1, 4, 0, 0, 0],
  [2, 5, 4, 2, 4, 0, 0, 0],
  [1, 9, 3, 1, 8, 0, 0, 0],
  [2, 7, 4, 2, 4, 3, 0, 0],
  [2, 7, 4, 2, 4, 0, 3, 0],
  [1, 9, 2, 1, 4, 5, 2, 0],
  [1, 5, 2, 1, 4, 0, 5, 0],
  // Rates whose factor is a power of two: a query that sees one key then has exactly no gradient.
  [2, 5, 4, 2, 4, 0, 0, 0.75],
  [1, 9, 2, 1, 4, 5, 2, 0.5],
])(
  'batch %i, t %i, heads %i over %i, d %i, documents of %i, window %i, dropout %d',
  (batch, t, heads, kv, d, length, window, rate) => {
    const n = batch * t;
    const documents = Uint32Array.from({ length: n }, (_, i) =>
      length > 0 ? Math.floor((i % t) / length) * length : 0,
    );
    const shape = {
      ...shapeOf(batch, t, heads, kv, d),
      window,
      documents,
      HAS_DOCUMENTS: length > 0 ? 1 : 0,
      rate,
      HAS_DROPOUT: rate > 0 ? 1 : 0,
    };
    const qkv = randomArray(n * shape.q_stride, 1);
    const dO = randomArray(n * heads * d, 2);
    const forward = (at: Float64Array): { o: Float64Array; lse: Float64Array } => {
      const [o, lse] = [new Float64Array(n * heads * d), new Float64Array(n * heads)];
      attentionReference({ ...shape, q: at, k: at, v: at, o, lse });
      return { o, lse };
    };
    const { o, lse } = forward(qkv);
    const [dqkv, delta] = [new Float64Array(qkv.length), new Float64Array(n * heads)];
    const learnt = { ...shape, qkv, lse, d_o: dO, dqkv, delta };
    attentionBackwardQReference({ ...learnt, o });
    attentionBackwardKvReference(learnt);
    expect(gradientMismatches(dqkv, (at) => forward(at).o, qkv, dO, d + t)).toEqual([]);
    if (rate > 0) return;
    // The first position sees itself alone: its output is its value.
    const first = Array.from({ length: d }, (_, i) => qkv[shape.v_offset + i]);
    expect(
      mismatches(
        o.subarray(0, d),
        first.map((value) => value ?? 0),
        (i) => sumBound64(2, o[i] ?? 0),
      ),
    ).toEqual([]);
  },
);

it('a document in the middle of a row sees what it would see alone', () => {
  const [heads, kv, d] = [2, 1, 4];
  const shape = shapeOf(1, 5, heads, kv, d);
  const qkv = randomArray(5 * shape.q_stride, 3);
  const run = (t: number, from: number, documents?: Uint32Array): Float64Array => {
    const [o, lse] = [new Float64Array(t * heads * d), new Float64Array(t * heads)];
    const at = qkv.subarray(from * shape.q_stride);
    const where = { documents: documents ?? new Uint32Array(t), HAS_DOCUMENTS: documents ? 1 : 0 };
    const given = { ...shape, ...where, t_q: t, t_k: t, q: at, k: at, v: at };
    attentionReference({ ...given, o, lse });
    return o;
  };
  const packed = run(5, 0, Uint32Array.of(0, 0, 2, 2, 2));
  expect([...packed.subarray(2 * heads * d)]).toEqual([...run(3, 2)]);
});

it('a window of w keys sees what a row of its last w tokens would', () => {
  const [heads, kv, d, window] = [2, 1, 4, 3];
  const shape = shapeOf(1, 6, heads, kv, d);
  const qkv = randomArray(6 * shape.q_stride, 5);
  const last = (t: number, from: number, width: number): Float64Array => {
    const [o, lse] = [new Float64Array(t * heads * d), new Float64Array(t * heads)];
    const at = qkv.subarray(from * shape.q_stride);
    const given = { ...shape, window: width, t_q: t, t_k: t, q: at, k: at, v: at };
    attentionReference({
      ...given,
      documents: new Uint32Array(t),
      HAS_DOCUMENTS: 0,
      o,
      lse,
    });
    return o.subarray((t - 1) * heads * d);
  };
  expect([...last(6, 0, window)]).toEqual([...last(3, 3, 0)]);
});

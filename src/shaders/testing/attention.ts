// Test-only: arrays, numbers and bounds of one attention call, forward and back, and of one that reads a cache, for every way to compute it.
import { randomArray } from './finite.ts';
import { stepBytes } from './step.ts';
import { sumBound, ulpBound } from './tolerance.ts';

export interface AttentionCase {
  readonly batch: number;
  readonly t: number;
  readonly heads: number;
  readonly kv: number;
  readonly d: number;
  /** Tokens of a document; left out: every row is one. */
  readonly documents?: number;
  readonly window?: number;
  readonly rate?: number;
}

/** First token of each token's document, of `length` tokens each; 0: every row is one. */
const documentStarts = (n: number, t: number, length: number): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: n }, (_, i) => (length > 0 ? Math.floor((i % t) / length) * length : 0));

export const attentionCaseName = ({
  batch,
  t,
  heads,
  kv,
  d,
  documents,
  window,
  rate,
}: AttentionCase): string =>
  `${batch} × ${t}, heads ${heads} over ${kv} of ${d}, documents of ${documents ?? 0}, window ${window ?? 0}, dropout ${rate ?? 0}`;

/** Where k and v stand in rows of q | k | v. */
export function placesOf({ heads, kv, d }: AttentionCase) {
  const stride = (heads + 2 * kv) * d;
  return { k_stride: stride, k_offset: heads * d, v_stride: stride, v_offset: (heads + kv) * d };
}

export function attentionNumbers(one: AttentionCase) {
  const { batch, t, heads, kv, d, documents = 0, window = 0, rate = 0 } = one;
  const places = placesOf(one);
  const shape = { batch, t_q: t, t_k: t, heads, kv_heads: kv, q_stride: places.k_stride, q_offset: 0 };
  return {
    params: { ...shape, ...places, scale: 1 / Math.sqrt(d), window, rate, stream: 5 },
    constants: { D: d, HAS_DOCUMENTS: documents > 0 ? 1 : 0, HAS_DROPOUT: rate > 0 ? 1 : 0 },
  };
}

export function attentionArrays(one: AttentionCase) {
  const { batch, t, heads, d, documents = 0 } = one;
  const [n, stride] = [batch * t, placesOf(one).k_stride];
  return {
    qkv: Float32Array.from(randomArray(n * stride, 1)),
    d_o: Float32Array.from(randomArray(n * heads * d, 2)),
    documents: documentStarts(n, t, documents),
    step: stepBytes(),
    o: new Float32Array(n * heads * d),
    lse: new Float32Array(n * heads),
    dqkv: new Float32Array(n * stride),
    delta: new Float32Array(n * heads),
  };
}

/** Buffers of the passes by the names of the arrays, without outputs. */
export const attentionInputs = {
  q: 'qkv',
  k: 'qkv',
  v: 'qkv',
  documents: 'documents',
  step: 'step',
} as const;
export const attentionLearnt = {
  qkv: 'qkv',
  lse: 'lse',
  d_o: 'd_o',
  delta: 'delta',
  documents: 'documents',
  step: 'step',
} as const;

/** How far results may be from the references', by array; entries are up to 8. */
export function attentionBounds({ t, heads, kv, d, rate = 0 }: AttentionCase) {
  // Scores: sums of d products of entries up to 8 times scale; their error moves every probability by as much, relatively.
  const score = sumBound(d, 4 * Math.sqrt(d) + 64 / Math.sqrt(d));
  // Dropout makes those that stay 1 / (1 - rate) times as large.
  const probability = (2 * score + ulpBound(3 + 2 * 32, 1) + sumBound(t, 1)) / (1 - rate);
  // Gradients sum at most heads/kv · t terms p·(dP − delta)·x with |dP − delta| ≤ 2·(d + 64), |x| ≤ 8.
  const size = ((heads / kv) * Math.sqrt(t) * 2 * (Math.sqrt(d) + 64) * 8) / (1 - rate);
  return {
    lse: 2 * score + ulpBound(8, 16) + sumBound(t, 1),
    o: 8 * probability,
    dqkv: probability * size,
  };
}

interface CacheCase {
  readonly t: number;
  readonly position: number;
  /** Tokens that the cache has room for. */
  readonly max: number;
  readonly heads: number;
  readonly kv: number;
  readonly d: number;
  readonly window: number;
}

/** Queries from `position` on over a cache that holds k, then v. What stands behind the last key is of nobody: it must not count. */
export function cacheCase({ t, position, max, heads, kv, d, window }: CacheCase) {
  const half = max * kv * d;
  const cache = Float32Array.from(randomArray(2 * half, 2));
  for (const from of [0, half]) cache.fill(Number.NaN, from + (position + t) * kv * d, from + half);
  return {
    arrays: {
      q: Float32Array.from(randomArray(t * heads * d, 1)),
      cache,
      none: new Uint32Array(4),
      step: stepBytes({ position }),
      o: new Float32Array(t * heads * d),
      lse: new Float32Array(t * heads),
    },
    buffers: { q: 'q', k: 'cache', v: 'cache', documents: 'none', step: 'step' } as const,
    params: {
      ...{ batch: 1, t_q: t, t_k: max, heads, kv_heads: kv, q_stride: heads * d, q_offset: 0 },
      ...{ k_stride: kv * d, k_offset: 0, v_stride: kv * d, v_offset: half },
      ...{ scale: 0.5, window, rate: 0, stream: 0 },
    },
    bound: 8 * (2 * sumBound(d, 80) + ulpBound(70, 1) + sumBound(max, 1)),
  };
}

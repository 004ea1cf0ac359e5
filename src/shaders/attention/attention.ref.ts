// References of attention and its gradient: float64 oracle, float32 CPU backend. One query row at a time; the scores of
// one row are kept, never a matrix of them.
import type { FloatArray } from '../declaration.ts';
import { dropoutScale } from '../dropout/dropout.ref.ts';
import type { StepNumbers } from '../lib/step.ts';

export interface AttentionShape {
  readonly D: number;
  readonly batch: number;
  readonly t_q: number;
  readonly t_k: number;
  readonly heads: number;
  readonly kv_heads: number;
  readonly q_stride: number;
  readonly q_offset: number;
  readonly k_stride: number;
  readonly k_offset: number;
  readonly v_stride: number;
  readonly v_offset: number;
  readonly scale: number;
  /** Keys that a query sees, its own among them; 0: all before it. */
  readonly window: number;
  /** [B·Tq]: first token of each token's document, within its row; without HAS_DOCUMENTS a row is one document. */
  readonly documents: Uint32Array;
  readonly HAS_DOCUMENTS: number;
  readonly step: Pick<StepNumbers, 'position' | 'seed'>;
  /** Of dropout on the probabilities, with HAS_DROPOUT. */
  readonly rate: number;
  readonly stream: number;
  readonly HAS_DROPOUT: number;
}

/** Of a row, from one to before another. */
export interface KeyRange {
  readonly from: number;
  readonly to: number;
}

export interface AttentionArguments extends AttentionShape {
  readonly q: FloatArray;
  readonly k: FloatArray;
  readonly v: FloatArray;
  readonly o: FloatArray;
  readonly lse: FloatArray;
}

/** What the probability of a key of the query's row is multiplied by; 1 without dropout. */
function kept(shape: AttentionShape, query: number, head: number, key: number): number {
  const { HAS_DROPOUT, heads, t_k, step, stream, rate } = shape;
  return HAS_DROPOUT === 1 ? dropoutScale(step.seed, stream, (query * heads + head) * t_k + key, rate) : 1;
}

function dot(a: FloatArray, i: number, b: FloatArray, j: number, d: number): number {
  let sum = 0;
  for (let x = 0; x < d; x++) sum += (a[i + x] ?? 0) * (b[j + x] ?? 0);
  return sum;
}

/** y[j..] += factor · x[i..] */
function accumulate(y: FloatArray, j: number, factor: number, x: FloatArray, i: number, d: number): void {
  for (let e = 0; e < d; e++) y[j + e] = (y[j + e] ?? 0) + factor * (x[i + e] ?? 0);
}

/** Calls `body` with the row, head, row of key 0, and first and last + 1 of the visible keys of every query head. */
function eachQuery(
  shape: AttentionShape,
  position: number,
  body: (row: number, head: number, keyRow: number, seen: KeyRange, kvHead: number) => void,
): void {
  const group = shape.heads / shape.kv_heads;
  for (let b = 0; b < shape.batch; b++) {
    for (let t = 0; t < shape.t_q; t++) {
      const keys = Math.min(position + t, shape.t_k - 1) + 1;
      const row = b * shape.t_q + t;
      const document = shape.HAS_DOCUMENTS === 1 ? (shape.documents[row] ?? 0) : 0;
      const from = shape.window === 0 ? document : Math.max(document, keys - shape.window);
      const seen = { from, to: keys };
      for (let head = 0; head < shape.heads; head++)
        body(row, head, b * shape.t_k, seen, Math.floor(head / group));
    }
  }
}

export function attentionReference(args: AttentionArguments): void {
  attentionOver(args, { from: 0, to: args.t_k });
}

/** The same where only some keys count: a query that sees none of them has no output, and -1e30 for lse. */
export function attentionOver(args: AttentionArguments, keys: KeyRange): void {
  const { q, k, v, o, lse, D: d, heads, scale } = args;
  const scores = new Float64Array(args.t_k);
  eachQuery(args, args.step.position, (row, head, firstKey, seen, kvHead) => {
    const [from, to] = [Math.max(seen.from, keys.from), Math.min(seen.to, keys.to)];
    const qAt = row * args.q_stride + args.q_offset + head * d;
    const kBase = firstKey * args.k_stride + args.k_offset + kvHead * d;
    let max = -1e30;
    for (let t = from; t < to; t++) {
      const s = dot(q, qAt, k, kBase + t * args.k_stride, d) * scale;
      scores[t] = s;
      if (s > max) max = s;
    }
    const oAt = (row * heads + head) * d;
    o.fill(0, oAt, oAt + d);
    let sum = 0;
    for (let t = from; t < to; t++) {
      const p = Math.exp((scores[t] ?? 0) - max);
      scores[t] = p;
      sum += p;
    }
    const vBase = firstKey * args.v_stride + args.v_offset + kvHead * d;
    for (let t = from; t < to; t++) {
      const weight = ((scores[t] ?? 0) / sum) * kept(args, row, head, t);
      accumulate(o, oAt, weight, v, vBase + t * args.v_stride, d);
    }
    lse[row * heads + head] = from < to ? max + Math.log(sum) : max;
  });
}

export interface BackwardArguments extends AttentionShape {
  /** q, k and v at their strides and offsets. */
  readonly qkv: FloatArray;
  readonly lse: FloatArray;
  readonly d_o: FloatArray;
  readonly dqkv: FloatArray;
  /** [N, H]: Σ dO·o of a query head. */
  readonly delta: FloatArray;
}

/** The probability of a query's key as it counts, and the gradient of its score. Both sums in one loop: their chains run side by side. */
function scoreGradient(
  { qkv, lse, d_o, delta, D: d, scale }: BackwardArguments,
  at: {
    readonly q: number;
    readonly k: number;
    readonly v: number;
    readonly o: number;
    readonly head: number;
    readonly keep: number;
  },
  pair: Float64Array,
): void {
  const { q, k, v, o, head, keep } = at;
  let [score, dp] = [0, 0];
  for (let x = 0; x < d; x++) {
    score += (qkv[q + x] ?? 0) * (qkv[k + x] ?? 0);
    dp += (d_o[o + x] ?? 0) * (qkv[v + x] ?? 0);
  }
  const p = Math.exp(score * scale - (lse[head] ?? 0));
  pair[0] = p * keep;
  pair[1] = p * (dp * keep - (delta[head] ?? 0)) * scale;
}

export interface AttentionBackwardQArguments extends BackwardArguments {
  readonly o: FloatArray;
}

/** delta, and dq in its columns of dqkv. */
export function attentionBackwardQReference(args: AttentionBackwardQArguments): void {
  const { qkv, o, d_o, dqkv, delta, D: d, heads } = args;
  const pair = new Float64Array(2);
  eachQuery(args, 0, (row, head, firstKey, { from, to }, kvHead) => {
    const at = { q: 0, k: 0, v: 0, o: (row * heads + head) * d, head: row * heads + head, keep: 1 };
    at.q = row * args.q_stride + args.q_offset + head * d;
    delta[at.head] = dot(d_o, at.o, o, at.o, d);
    dqkv.fill(0, at.q, at.q + d);
    for (let t = from; t < to; t++) {
      at.k = (firstKey + t) * args.k_stride + args.k_offset + kvHead * d;
      at.v = (firstKey + t) * args.v_stride + args.v_offset + kvHead * d;
      at.keep = kept(args, row, head, t);
      scoreGradient(args, at, pair);
      accumulate(dqkv, at.q, pair[1] ?? 0, qkv, at.k, d);
    }
  });
}

/** Where gradients of keys and values stand: row · stride + offset + kv head · width. */
export interface KvPlaces {
  readonly out: FloatArray;
  readonly k_stride: number;
  readonly k_offset: number;
  readonly v_stride: number;
  readonly v_offset: number;
  readonly width: number;
}

/** dk and dv in their columns of dqkv. */
export function attentionBackwardKvReference(args: BackwardArguments): void {
  const { dqkv: out, k_stride, k_offset, v_stride, v_offset, D: width } = args;
  const places = { out, k_stride, k_offset, v_stride, v_offset, width };
  attentionBackwardKvOver(args, { from: 0, to: Number.POSITIVE_INFINITY }, places);
}

/** The same of some columns of a row's scores, a column being a query and one head of the group, queries first. */
export function attentionBackwardKvOver(args: BackwardArguments, columns: KeyRange, places: KvPlaces): void {
  const { qkv, d_o, D: d, heads, kv_heads } = args;
  const { out, width } = places;
  for (let row = 0; row < args.batch * args.t_k; row++)
    for (let kvHead = 0; kvHead < kv_heads; kvHead++) {
      const k = row * places.k_stride + places.k_offset + kvHead * width;
      const v = row * places.v_stride + places.v_offset + kvHead * width;
      out.fill(0, k, k + d);
      out.fill(0, v, v + d);
    }
  const group = heads / kv_heads;
  const pair = new Float64Array(2);
  eachQuery(args, 0, (row, head, firstKey, { from, to }, kvHead) => {
    const column = (row - firstKey) * group + (head % group);
    if (column < columns.from || column >= columns.to) return;
    const at = { q: 0, k: 0, v: 0, o: (row * heads + head) * d, head: row * heads + head, keep: 1 };
    at.q = row * args.q_stride + args.q_offset + head * d;
    for (let t = from; t < to; t++) {
      at.k = (firstKey + t) * args.k_stride + args.k_offset + kvHead * d;
      at.v = (firstKey + t) * args.v_stride + args.v_offset + kvHead * d;
      at.keep = kept(args, row, head, t);
      scoreGradient(args, at, pair);
      const k = (firstKey + t) * places.k_stride + places.k_offset + kvHead * width;
      const v = (firstKey + t) * places.v_stride + places.v_offset + kvHead * width;
      const { q, o } = at;
      const [p = 0, ds = 0] = [pair[0], pair[1]];
      for (let x = 0; x < d; x++) {
        out[k + x] = (out[k + x] ?? 0) + ds * (qkv[q + x] ?? 0);
        out[v + x] = (out[v + x] ?? 0) + p * (d_o[o + x] ?? 0);
      }
    }
  });
}

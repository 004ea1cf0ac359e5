// References of attention and its gradient: float64 oracle, float32 CPU backend. One query row at a time; the scores of
// one row are kept, never a matrix of them.
import type { FloatArray } from '../kernel.ts';

export interface AttentionShape {
  readonly d: number;
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
  /** [B·Tq]: first token of each token's document, within its row; absent: a row is one document. */
  readonly documents?: Uint32Array;
}

export interface AttentionArguments extends AttentionShape {
  readonly q: FloatArray;
  readonly k: FloatArray;
  readonly v: FloatArray;
  readonly o: FloatArray;
  readonly lse: FloatArray;
  readonly position: number;
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
  body: (
    row: number,
    head: number,
    keyRow: number,
    seen: { readonly from: number; readonly to: number },
    kvHead: number,
  ) => void,
): void {
  const group = shape.heads / shape.kv_heads;
  for (let b = 0; b < shape.batch; b++) {
    for (let t = 0; t < shape.t_q; t++) {
      const keys = Math.min(position + t, shape.t_k - 1) + 1;
      const row = b * shape.t_q + t;
      const seen = { from: shape.documents?.[row] ?? 0, to: keys };
      for (let head = 0; head < shape.heads; head++)
        body(row, head, b * shape.t_k, seen, Math.floor(head / group));
    }
  }
}

export function attentionReference(args: AttentionArguments): void {
  const { q, k, v, o, lse, d, heads, scale } = args;
  const scores = new Float64Array(args.t_k);
  eachQuery(args, args.position, (row, head, firstKey, { from, to }, kvHead) => {
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
      accumulate(o, oAt, (scores[t] ?? 0) / sum, v, vBase + t * args.v_stride, d);
    }
    lse[row * heads + head] = max + Math.log(sum);
  });
}

export interface AttentionBackwardArguments extends AttentionShape {
  readonly q: FloatArray;
  readonly k: FloatArray;
  readonly v: FloatArray;
  readonly o: FloatArray;
  readonly lse: FloatArray;
  readonly dO: FloatArray;
  /** Gradient of q, k and v at the strides and offsets of q, k and v. */
  readonly dqkv: FloatArray;
  readonly delta: FloatArray;
}

export function attentionBackwardReference(args: AttentionBackwardArguments): void {
  const { q, k, v, o, lse, dO, dqkv, delta, d, heads, scale } = args;
  dqkv.fill(0, 0, args.batch * args.t_q * args.q_stride);
  eachQuery(args, 0, (row, head, firstKey, { from, to }, kvHead) => {
    const qAt = row * args.q_stride + args.q_offset + head * d;
    const oAt = (row * heads + head) * d;
    const rowDelta = dot(dO, oAt, o, oAt, d);
    delta[row * heads + head] = rowDelta;
    const l = lse[row * heads + head] ?? 0;
    for (let t = from; t < to; t++) {
      const kAt = (firstKey + t) * args.k_stride + args.k_offset + kvHead * d;
      const vAt = (firstKey + t) * args.v_stride + args.v_offset + kvHead * d;
      const p = Math.exp(dot(q, qAt, k, kAt, d) * scale - l);
      const ds = p * (dot(dO, oAt, v, vAt, d) - rowDelta) * scale;
      accumulate(dqkv, qAt, ds, k, kAt, d);
      accumulate(dqkv, kAt, ds, q, qAt, d);
      accumulate(dqkv, vAt, p, dO, oAt, d);
    }
  });
}

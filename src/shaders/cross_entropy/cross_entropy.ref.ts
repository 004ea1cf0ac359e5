// References of `cross_entropy` and `row_sum`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';

export interface CrossEntropyArguments {
  /** [count, V]: logits; their gradient afterwards with WRITE_GRAD. */
  readonly z: FloatArray;
  readonly labels: Int32Array;
  /** [N, 4]: loss, correct, counted, entropy. */
  readonly rows: FloatArray;
  readonly count: number;
  readonly v: number;
  readonly first_row: number;
  /** label_smoothing_factor: share of the mean loss over the vocabulary. */
  readonly smoothing: number;
  readonly step: Pick<StepNumbers, 'lossScale'>;
  readonly WRITE_GRAD: number;
  /** 1: `weights` scale each row's gradient, in place of lossScale. */
  readonly HAS_WEIGHTS: number;
  /** [N] */
  readonly weights: FloatArray;
}

export function crossEntropyReference(args: CrossEntropyArguments): void {
  const { z, labels, rows, count, v, first_row, smoothing, weights, step } = args;
  const [writes, byRow] = [args.WRITE_GRAD === 1, args.HAS_WEIGHTS === 1];
  for (let r = 0; r < count; r++) {
    const label = labels[first_row + r] ?? -100;
    const base = r * v;
    const at = (first_row + r) * 4;
    if (label < 0) {
      rows.fill(0, at, at + 4);
      if (writes) z.fill(0, base, base + v);
      continue;
    }
    let m = -1e30;
    let top = 0;
    for (let i = 0; i < v; i++) {
      const value = z[base + i] ?? 0;
      if (value > m) [m, top] = [value, i];
    }
    let sum = 0;
    let weighted = 0;
    let plain = 0;
    for (let i = 0; i < v; i++) {
      const d = (z[base + i] ?? 0) - m;
      const e = Math.exp(d);
      sum += e;
      weighted += e * d;
      plain += d;
    }
    const logSum = Math.log(sum);
    rows[at] = logSum - (1 - smoothing) * ((z[base + label] ?? 0) - m) - (smoothing * plain) / v;
    rows[at + 1] = top === label ? 1 : 0;
    rows[at + 2] = 1;
    rows[at + 3] = logSum - weighted / sum;
    if (!writes) continue;
    const lossScale = byRow ? (weights[first_row + r] ?? 0) : step.lossScale;
    const scale = lossScale / sum;
    const spread = (smoothing / v) * lossScale;
    for (let i = 0; i < v; i++) z[base + i] = Math.exp((z[base + i] ?? 0) - m) * scale - spread;
    z[base + label] = (z[base + label] ?? 0) - (1 - smoothing) * lossScale;
  }
}

/** Logits of one stretch of a row, where its numbers are made of parts. */
export const STRETCH = 4096;
/** Floats that are known of a stretch. */
export const STRETCH_FLOATS = 8;

export interface CrossEntropyPartsArguments
  extends Pick<CrossEntropyArguments, 'z' | 'labels' | 'count' | 'v' | 'first_row'> {
  /** [count, parts, 8]: maximum, Σ exp(d), Σ d exp(d), Σ d; place of the maximum, the label's logit or 0, nothing, nothing. */
  readonly stretches: FloatArray;
  readonly parts: number;
}

export function crossEntropyPartsReference(args: CrossEntropyPartsArguments): void {
  const { z, labels, stretches, count, v, first_row, parts } = args;
  for (let r = 0; r < count; r++) {
    const label = labels[first_row + r] ?? -100;
    for (let part = 0; part < parts; part++) {
      const first = part * STRETCH;
      const own = z.subarray(r * v + first, r * v + Math.min(v, first + STRETCH));
      let [m, place, sum, weighted, plain] = [-1e30, first, 0, 0, 0];
      own.forEach((value, i) => {
        if (value > m) [m, place] = [value, first + i];
      });
      for (const value of own) {
        const e = Math.exp(value - m);
        sum += e;
        weighted += e * (value - m);
        plain += value - m;
      }
      const aim = own[label - first] ?? 0;
      stretches.set([m, sum, weighted, plain, place, aim, 0, 0], (r * parts + part) * STRETCH_FLOATS);
    }
  }
}

export interface CrossEntropyWholeArguments extends CrossEntropyArguments {
  readonly stretches: FloatArray;
  readonly parts: number;
}

/** What the stretches say is what the logits say. */
export const crossEntropyWholeReference = (args: CrossEntropyWholeArguments): void =>
  crossEntropyReference(args);

export interface RowSumArguments {
  readonly rows: FloatArray;
  readonly metrics: FloatArray;
  readonly n: number;
  /** Place in metrics, in floats, of the first micro-batch. */
  readonly offset: number;
  readonly step: Pick<StepNumbers, 'lossScale' | 'microBatch'>;
}

export function rowSumReference({ rows, metrics, n, offset, step }: RowSumArguments): void {
  const at = offset + 8 * step.microBatch;
  const total = [0, 0, 0, 0];
  for (let i = 0; i < 4 * n; i++) total[i & 3] = (total[i & 3] ?? 0) + (rows[i] ?? 0);
  metrics[at] = (total[0] ?? 0) * step.lossScale;
  for (let i = 1; i < 4; i++) metrics[at + i] = total[i] ?? 0;
}

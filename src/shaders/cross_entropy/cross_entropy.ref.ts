// References of `cross_entropy` and `row_sum`: float64 oracle, float32 CPU backend.
import type { FloatArray } from '../kernel.ts';

export interface CrossEntropyArguments {
  /** [rows, V]: logits; their gradient afterwards when `writeGrad`. */
  readonly z: FloatArray;
  readonly labels: Int32Array;
  /** [N, 4]: loss, correct, counted, entropy. */
  readonly rows: FloatArray;
  readonly count: number;
  readonly v: number;
  readonly first_row: number;
  /** label_smoothing_factor: share of the mean loss over the vocabulary. */
  readonly smoothing: number;
  readonly lossScale: number;
  readonly writeGrad: boolean;
  /** [N]: what scales each row's gradient, in place of lossScale. */
  readonly weights?: FloatArray | undefined;
}

export function crossEntropyReference(args: CrossEntropyArguments): void {
  const { z, labels, rows, count, v, first_row, smoothing, writeGrad, weights } = args;
  for (let r = 0; r < count; r++) {
    const label = labels[first_row + r] ?? -100;
    const base = r * v;
    const at = (first_row + r) * 4;
    if (label < 0) {
      rows.fill(0, at, at + 4);
      if (writeGrad) z.fill(0, base, base + v);
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
    if (!writeGrad) continue;
    const lossScale = weights ? (weights[first_row + r] ?? 0) : args.lossScale;
    const scale = lossScale / sum;
    const spread = (smoothing / v) * lossScale;
    for (let i = 0; i < v; i++) z[base + i] = Math.exp((z[base + i] ?? 0) - m) * scale - spread;
    z[base + label] = (z[base + label] ?? 0) - (1 - smoothing) * lossScale;
  }
}

export interface RowSumArguments {
  readonly rows: FloatArray;
  readonly metrics: FloatArray;
  readonly n: number;
  /** Place in metrics, in floats, of this micro-batch. */
  readonly at: number;
  readonly lossScale: number;
}

export function rowSumReference({ rows, metrics, n, at, lossScale }: RowSumArguments): void {
  const total = [0, 0, 0, 0];
  for (let i = 0; i < 4 * n; i++) total[i & 3] = (total[i & 3] ?? 0) + (rows[i] ?? 0);
  metrics[at] = (total[0] ?? 0) * lossScale;
  for (let i = 1; i < 4; i++) metrics[at + i] = total[i] ?? 0;
}

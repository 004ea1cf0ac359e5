// Train and eval rows, apart by a fixed permutation of the seed. Which rows datasets' train_test_split would pick needs
// numpy's PCG64; this takes torch's generator, so the sizes agree with it and the choice of rows does not.
import { TorchGenerator } from '../random/mt19937.ts';

export interface Split<T> {
  readonly train: readonly T[];
  readonly test: readonly T[];
}

/** ceil(test_size · n) rows for evaluation; at least one row always remains for training. */
export function splitRows<T>(rows: readonly T[], testSize: number, seed: number): Split<T> {
  const count = Math.min(Math.ceil(testSize * rows.length), rows.length - 1);
  if (count <= 0) return { train: rows, test: [] };
  const chosen = new Set(new TorchGenerator(seed).randperm(rows.length).slice(0, count));
  return { train: rows.filter((_, i) => !chosen.has(i)), test: rows.filter((_, i) => chosen.has(i)) };
}

// dataset.train_test_split(test_size, seed): which rows train and which are held out, in the order datasets gives them.
// Source: datasets 5.0.1 arrow_dataset.py; the permutation is numpy's.
import { NumpyGenerator } from '../torch/random/pcg64.ts';

export interface Split<T> {
  readonly train: readonly T[];
  readonly test: readonly T[];
}

/** ceil(test_size · n) rows for evaluation; with test_size 0 all rows train, in their own order. */
export function splitRows<T>(rows: readonly T[], testSize: number, seed: number): Split<T> {
  const count = Math.ceil(testSize * rows.length);
  if (count === 0 || count >= rows.length) return { train: rows, test: [] };
  const order = new NumpyGenerator(seed).permutation(rows.length).flatMap((i) => rows[i] ?? []);
  return { train: order.slice(count), test: order.slice(0, count) };
}

// Permutations against numpy's default_rng (tests/golden/split.json).
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { NumpyGenerator } from './pcg64.ts';

const golden: {
  readonly rows: readonly {
    readonly seed: number;
    readonly n: number;
    readonly permutation: readonly number[];
  }[];
} = JSON.parse(readFileSync('tests/golden/split.json', 'utf8'));

it.each(golden.rows.map((row) => [row.seed, row.n, row.permutation] as const))(
  'seed %i, n %i',
  (seed, n, permutation) => {
    expect(new NumpyGenerator(seed).permutation(n)).toEqual(permutation);
  },
);

// Packing against TRL's own (tests/golden/packing.json): every bin of every strategy, beyond one batch of 1000 rows, and the batch
// that its collator makes of packed rows.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { makeBatch } from './batches.ts';
import type { Packing } from './packing.ts';
import { pack } from './packing.ts';
import type { Example } from './tokenize.ts';
import { IGNORE } from './tokenize.ts';

interface Case {
  readonly strategy: Packing;
  readonly rows: number;
  /** Longest row. */
  readonly most: number;
  readonly length: number;
  readonly sequences: number;
  readonly documents?: readonly (readonly number[])[];
  readonly collated: {
    readonly input_ids: readonly (readonly number[])[];
    readonly labels: readonly (readonly number[])[];
    readonly position_ids?: readonly (readonly number[])[];
  };
  readonly sha256: string;
}

const golden: { readonly cases: readonly Case[] } = JSON.parse(
  readFileSync('tests/golden/packing.json', 'utf8'),
);

/** The rows of tools/golden/packing.py. */
const examplesOf = ({ rows, most }: Case): Example[] =>
  Array.from({ length: rows }, (_, row) => {
    const ids = Array.from(
      { length: (row * row * 31 + row * 7 + 3) % (most + 1) },
      (__, i) => 1000 * row + i,
    );
    return { ids, labels: ids.map((id, i) => (i % 3 === 0 ? IGNORE : id)), truncated: [] };
  });

it.each(golden.cases.map((one) => [`${one.strategy}, ${one.rows} rows, ${one.length}`, one] as const))(
  '%s',
  (_, one) => {
    const packed = pack(examplesOf(one), one.strategy, one.length);
    expect(packed.length).toBe(one.sequences);
    const flat = packed.map(({ ids, labels }) => `${ids.join('|')};${labels.join('|')}`).join(',');
    expect(createHash('sha256').update(flat).digest('hex').slice(0, 16)).toBe(one.sha256);
    if (one.documents) expect(packed.slice(0, 40).map(({ documents }) => documents)).toEqual(one.documents);
    // What the model sees of two sequences: ids, the label of the token after each, and positions.
    const batch = makeBatch(packed.slice(0, 2), 0);
    const seen = packed.slice(0, 2).flatMap(({ ids }, row) =>
      ids.map((id, i) => ({
        id,
        label: i + 1 < ids.length ? (batch.labels[row * batch.tokens + i] ?? 0) : IGNORE,
        position: i - (batch.documents?.[row * batch.tokens + i] ?? 0),
      })),
    );
    const want = one.collated.input_ids.map((row, r) => {
      const width = packed[r]?.ids.length ?? row.length;
      const length = one.collated.position_ids ? row.length : width;
      return row.slice(0, length).map((id, i) => ({
        id,
        label: i + 1 < length ? (one.collated.labels[r]?.[i + 1] ?? 0) : IGNORE,
        position: one.collated.position_ids?.[r]?.[i] ?? i,
      }));
    });
    expect(seen).toEqual(want.flat());
    expect(batch.labelCount).toBe(seen.filter(({ label }) => label !== IGNORE).length);
  },
);

// What all rows of a recipe are like: how long, how many are cut, learn nothing, are there twice or say nothing, and how well they fill the
// sequences. Counts and places, no opinions.
import type { RunLength } from './batches.ts';
import type { Packing } from './packing.ts';
import { pack } from './packing.ts';
import { isPair, pairIds } from './pairs.ts';
import type { DataOptions } from './prepareData.ts';
import type { Row } from './rows.ts';
import type { Example } from './tokenize.ts';
import { largest, learns, tokenizeRow } from './tokenize.ts';
import type { Message, Tokenizer } from './tokenizer.ts';

/** Kinds of rows that one may want to look at. */
export const rowMarks = ['cut', 'untrained', 'duplicate', 'empty'] as const;
export type RowMark = (typeof rowMarks)[number];

export interface LengthBucket {
  /** Tokens, from … to, both included. */
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

export interface RowStatistics {
  readonly rows: number;
  readonly longest: number;
  readonly tokens: number;
  readonly buckets: readonly LengthBucket[];
  readonly marks: { readonly [M in RowMark]: number };
  /** Tokens that max_length takes away. */
  readonly tokensCut: number;
  /** Sequences of best-fit packing, and the share of their places that hold a token. */
  readonly packed: { readonly sequences: number; readonly filled: number };
  /** The same of batches as they are set: padded to the longest row of each, or packed. */
  readonly filled: number;
}

export interface CountedRows {
  readonly statistics: RowStatistics;
  /** Places among the rows, ascending. */
  readonly places: Readonly<Record<RowMark, readonly number[]>>;
}

const MOST_BUCKETS = 24;

const says = ({ role, content, more }: Message): boolean =>
  role !== 'assistant' || (content ?? '').trim() !== '' || more !== undefined;

/** Whether there is nothing to learn in it for anyone: no text, or an answer without words. */
function isEmpty(row: Row): boolean {
  switch (row.format) {
    case 'text':
      return row.text.trim() === '';
    case 'prompt-completion':
      return row.completion.trim() === '';
    case 'prompt-completion-chat':
      return !row.completion.every(says);
    case 'messages':
      return !row.messages.every(says) || !row.messages.some(({ role }) => role === 'assistant');
    case 'preference':
      return row.chosen.trim() === '' || row.rejected.trim() === '';
    case 'preference-chat':
      return ![...row.chosen, ...row.rejected].every(says);
  }
}

/** Bounds that people can read: steps of 1, 2 or 5 times a power of ten. */
function bucketsOf(lengths: readonly number[]): LengthBucket[] {
  const least = largest(lengths) / MOST_BUCKETS;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= least) ?? 1;
  const counts: number[] = [];
  for (const length of lengths) {
    const bucket = Math.max(0, Math.ceil(length / step) - 1);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return Array.from(counts, (rows = 0, i) => ({ from: i * step + 1, to: (i + 1) * step, rows }));
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Of the places in batches of this many rows, in the order in which the rows stand, those that hold a token. */
function filledBy(lengths: readonly number[], { batchSize }: RunLength): number {
  let places = 0;
  for (let i = 0; i < lengths.length; i += batchSize) {
    const batch = lengths.slice(i, i + batchSize);
    places += largest(batch) * batch.length;
  }
  return places === 0 ? 1 : sum(lengths) / places;
}

const sequenceOf = (length: number): Example => ({
  ids: Array.from({ length }, () => 0),
  labels: [],
  truncated: [],
});

function packedBy(lengths: readonly number[], packing: Exclude<Packing, 'none'>, most: number) {
  const sequences = pack(lengths.map(sequenceOf), packing, most).map(({ ids }) => ids.length);
  const filled = sequences.length === 0 ? 1 : sum(sequences) / (sequences.length * most);
  return { sequences: sequences.length, filled };
}

/** Of rows that are tokenised already it is quick (readAhead.ts). */
export function countRows(rows: readonly Row[], tokenizer: Tokenizer, options: DataOptions): CountedRows {
  const { objective, packing, maxLength, length: run } = options;
  const places: Record<RowMark, number[]> = { cut: [], untrained: [], duplicate: [], empty: [] };
  const seen = new Set<string>();
  const cuts = objective !== 'sft' || packing === 'none' || packing === 'bfd';
  const whole = { ...options, maxLength: cuts ? maxLength : Number.MAX_SAFE_INTEGER };
  const lengths = rows.map((row, i) => {
    const written = JSON.stringify(row);
    if (seen.has(written)) places.duplicate.push(i);
    seen.add(written);
    if (isEmpty(row)) places.empty.push(i);
    let length: number;
    if (objective !== 'sft' && isPair(row)) {
      const { good, bad } = pairIds[objective](row, tokenizer);
      length = Math.max(good.length, bad.length);
    } else {
      const example = tokenizeRow(row, tokenizer, whole);
      length = example.ids.length + example.truncated.length;
      if (!learns(example)) places.untrained.push(i);
    }
    if (cuts && length > maxLength) places.cut.push(i);
    return length;
  });
  const kept = lengths.map((length) => Math.min(length, maxLength));
  const packed = packedBy(kept, 'bfd', maxLength);
  return {
    places,
    statistics: {
      rows: rows.length,
      longest: largest(lengths),
      tokens: sum(lengths),
      buckets: bucketsOf(lengths),
      marks: {
        cut: places.cut.length,
        untrained: places.untrained.length,
        duplicate: places.duplicate.length,
        empty: places.empty.length,
      },
      tokensCut: cuts ? sum(lengths) - sum(kept) : 0,
      packed,
      filled:
        packing === 'none' ? filledBy(kept, run) : packedBy(cuts ? kept : lengths, packing, maxLength).filled,
    },
  };
}

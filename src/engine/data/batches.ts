// Which rows meet in which step, and what goes to the device: order by epoch as accelerate's seedable sampler, windows of
// gradient accumulation, right padding, shifted labels, the label count of the whole window.
// Source: numerics reference 4.1, 4.3, 4.4 (transformers 5.18, accelerate 1.15).
import { TorchGenerator } from '../torch/random/mt19937.ts';
import type { BatchShape } from '../torch/recording.ts';
import type { Example, Sequence } from './tokenize.ts';
import { IGNORE } from './tokenize.ts';

export interface Batch {
  readonly rows: number;
  /** Padded length, a multiple of 16, so that few shapes exist. */
  readonly tokens: number;
  /** [rows · tokens] */
  readonly ids: Uint32Array<ArrayBuffer>;
  /** [rows · tokens]: the token that follows, -100 where nothing is learned. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** Tokens that are not padding. */
  readonly realTokens: number;
  readonly labelCount: number;
  /** First token of each token's document within its row, [rows · tokens]; null: every row is one document. */
  readonly documents: Uint32Array<ArrayBuffer> | null;
  /** Tokens of a row as TRL pads it: the longest row, or all rows in one under packing. */
  readonly width: number;
  /** Of pairs: the token of each row that predicts its completion's first; chosen rows, then rejected. null: no pairs. */
  readonly starts: Uint32Array<ArrayBuffer> | null;
}

const PAD_MULTIPLE = 16;

/** The padding at the end of a row is a document of its own. */
function documentStarts(
  examples: readonly Pick<Example, 'ids' | 'documents'>[],
  tokens: number,
): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(examples.length * tokens);
  examples.forEach(({ ids, documents = [ids.length] }, row) => {
    let at = 0;
    for (const length of [...documents, tokens - ids.length]) {
      starts.fill(at, row * tokens + at, row * tokens + at + length);
      at += length;
    }
  });
  return starts;
}

/** Pairs as rows: all chosen ones, then all rejected. */
function rowsOf(examples: readonly Example[]): (Sequence & Pick<Example, 'documents' | 'start'>)[] {
  return [...examples, ...examples.flatMap(({ rejected }) => rejected ?? [])];
}

export function makeBatch(pairsOrRows: readonly Example[], padId: number): Batch {
  const examples = rowsOf(pairsOrRows);
  const paired = examples.length > pairsOrRows.length;
  const longest = Math.max(...examples.map((example) => example.ids.length));
  const tokens = Math.ceil(longest / PAD_MULTIPLE) * PAD_MULTIPLE;
  const ids = new Uint32Array(examples.length * tokens).fill(padId);
  const labels = new Int32Array(examples.length * tokens).fill(IGNORE);
  const packed = examples.some(({ documents }) => documents !== undefined);
  const documents = packed ? documentStarts(examples, tokens) : null;
  let labelCount = 0;
  examples.forEach((example, row) => {
    const base = row * tokens;
    ids.set(example.ids, base);
    example.labels.forEach((label, i) => {
      // The first token of a document follows nothing.
      if (i === (documents?.[base + i] ?? 0)) return;
      labels[base + i - 1] = label;
      if (label !== IGNORE) labelCount += 1;
    });
  });
  const realTokens = examples.reduce((sum, example) => sum + example.ids.length, 0);
  const starts = paired ? Uint32Array.from(examples, ({ start = 0 }) => Math.max(0, start - 1)) : null;
  const width = packed ? realTokens : longest;
  return { rows: examples.length, tokens, ids, labels, realTokens, labelCount, documents, width, starts };
}

/** What a plan has to know of a batch. */
export const shapeOf = ({ rows, tokens, documents }: Batch): BatchShape => ({
  rows,
  tokens,
  packed: documents !== null,
});

/** Shape of the largest batch that can be made of these examples; null when there is none. */
export function largestShape(examples: readonly Example[], batchSize: number): BatchShape | null {
  if (examples.length === 0) return null;
  let longest = 1;
  for (const { ids, rejected } of examples)
    longest = Math.max(longest, ids.length, rejected?.ids.length ?? 0);
  const paired = examples.some(({ rejected }) => rejected !== undefined);
  return {
    rows: Math.min(batchSize, examples.length) * (paired ? 2 : 1),
    tokens: Math.ceil(longest / PAD_MULTIPLE) * PAD_MULTIPLE,
    packed: examples.some(({ documents }) => documents !== undefined),
  };
}

export interface Schedule {
  readonly rows: number;
  readonly batchSize: number;
  readonly accumulation: number;
  readonly seed: number;
}

/** What a run says of it, whatever its rows. */
export interface RunLength extends Omit<Schedule, 'rows'> {
  /** 0 or less: as many as `epochs` take. */
  readonly maxSteps: number;
  readonly epochs: number;
}

/** Optimiser steps of one epoch: the last window may be short. */
function stepsPerEpoch(schedule: Schedule): number {
  return Math.ceil(Math.ceil(schedule.rows / schedule.batchSize) / schedule.accumulation);
}

/** Total steps: max_steps when positive, else epochs. */
export function totalSteps(schedule: Schedule & RunLength): number {
  const { maxSteps, epochs } = schedule;
  return maxSteps > 0 ? maxSteps : Math.max(1, Math.ceil(epochs * stepsPerEpoch(schedule)));
}

/** Row numbers of each micro-batch of optimiser step `step` (from 0). */
export function windowOf(schedule: Schedule, step: number): number[][] {
  const perEpoch = stepsPerEpoch(schedule);
  const epoch = Math.floor(step / perEpoch);
  const order = new TorchGenerator(schedule.seed + epoch).randperm(schedule.rows);
  const first = (step % perEpoch) * schedule.accumulation;
  return Array.from({ length: schedule.accumulation }, (_, i) =>
    order.slice((first + i) * schedule.batchSize, (first + i + 1) * schedule.batchSize),
  ).filter((rows) => rows.length > 0);
}

/** Fractional epoch after `step` steps, as the trainer logs it. */
export function epochAfter(schedule: Schedule, step: number): number {
  const perEpoch = stepsPerEpoch(schedule);
  const batches = Math.ceil(schedule.rows / schedule.batchSize);
  const within = Math.min((step % perEpoch) * schedule.accumulation, batches);
  return Math.floor(step / perEpoch) + within / batches;
}

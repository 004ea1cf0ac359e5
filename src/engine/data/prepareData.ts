// Rows of a recipe → examples for training and evaluation, with what the page and the doctor say about them.

import { counted } from '../ground/counted.ts';
import { text } from '../ground/text.ts';
import type { BatchShape } from '../torch/recording.ts';
import type { RunLength } from './batches.ts';
import { largestShape, totalSteps } from './batches.ts';
import type { Packing } from './packing.ts';
import { pack } from './packing.ts';
import type { PairObjective } from './pairs.ts';
import { tokenizePairs } from './pairs.ts';
import type { MaskedToken } from './previewTokens.ts';
import { previewTokens } from './previewTokens.ts';
import type { RecipeRows } from './recipeRows.ts';
import type { RowFacts } from './rowFacts.ts';
import type { Row } from './rows.ts';
import type { Split } from './split.ts';
import { splitRows } from './split.ts';
import type { DataSummary, RowPreview, TokenMask } from './summary.ts';
import type { Dataset, Example, TokenizeOptions } from './tokenize.ts';
import { assertLearns, IGNORE, largest, tokenizeRow, tokenizeRows } from './tokenize.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What is asked of the rows; `maxLength` is of packed sequences too. */
export interface DataOptions extends TokenizeOptions {
  readonly objective: 'sft' | PairObjective;
  readonly packing: Packing;
  /** Share of the rows that is held out. */
  readonly testSize: number;
  readonly length: RunLength;
}

/** Shapes of the largest batches of a run: plans of these need the most room. */
export interface LargestBatches {
  readonly train: BatchShape;
  /** null where no rows were split off. */
  readonly test: BatchShape | null;
  /** Of the fullest step: accumulation, or what the rows suffice for. */
  readonly microBatches: number;
}

export interface PreparedData {
  readonly split: Split<Example>;
  /** Throws UserError 'all-labels-masked' when nothing is left to learn. */
  readonly assertLearns: () => void;
  readonly summary: DataSummary;
  readonly facts: RowFacts;
  readonly largest: LargestBatches;
}

const PREVIEW_ROWS = 3;

/** A row as it will be trained, for people. */
export function previewOf(example: Example, tokenizer: Tokenizer): RowPreview {
  const as = (id: number, mask: TokenMask): MaskedToken => ({ id, mask });
  const { rejected } = example;
  const shown = example.ids.map((id, i) => as(id, example.labels[i] === IGNORE ? 'ignored' : 'trained'));
  const cut = example.truncated.map((id) => as(id, 'truncated'));
  const worse = rejected?.ids.flatMap((id, i) => (rejected.labels[i] === IGNORE ? [] : as(id, 'rejected')));
  return {
    tokens: [...previewTokens([...shown, ...cut], tokenizer), ...previewTokens(worse ?? [], tokenizer)],
    trainedTokens: shown.filter((token) => token.mask === 'trained').length,
    totalTokens: shown.length + cut.length,
  };
}

/** Pairs in the words of a dataset. */
function pairDataset(
  rows: readonly Row[],
  tokenizer: Tokenizer,
  length: number,
  objective: PairObjective,
): Dataset {
  const examples = tokenizePairs(rows, tokenizer, length, objective);
  const whole = examples.map(({ ids, truncated }) => ids.length + truncated.length);
  return {
    examples,
    format: 'preference',
    longest: Math.max(largest(whole), largest(examples.map(({ rejected }) => rejected?.ids.length ?? 0))),
    truncatedRows: examples.filter(({ truncated }) => truncated.length > 0).length,
    maskedRows: rows.length - examples.length,
  };
}

/** A part of the rows: what it is, and as it is trained. Packed rows are cut by the packing, and none is dropped for its mask. */
interface Part {
  readonly dataset: Dataset;
  readonly examples: readonly Example[];
}

type ReadPart = (rows: readonly Row[]) => Part;

function partReader(tokenizer: Tokenizer, options: TokenizeOptions, asked: DataOptions): ReadPart {
  const { objective, packing, maxLength } = asked;
  if (objective !== 'sft')
    return (rows) => {
      const dataset = pairDataset(rows, tokenizer, maxLength, objective);
      return { dataset, examples: dataset.examples };
    };
  return (rows) => {
    const dataset = tokenizeRows(rows, tokenizer, options);
    if (packing === 'none') return { dataset, examples: dataset.examples };
    const all = rows.map((row) => tokenizeRow(row, tokenizer, options));
    return { dataset, examples: pack(all, packing, maxLength) };
  };
}

/** Everything about the rows, also when nothing can be learned from them: the page then says why. `total`: rows that there are beyond those given. */
export function prepareData(
  source: RecipeRows,
  tokenizer: Tokenizer,
  asked: DataOptions,
  total = source.rows.length,
): PreparedData {
  const { packing, objective, length } = asked;
  const cuts = packing === 'none' || packing === 'bfd';
  const options = { ...asked, maxLength: cuts ? asked.maxLength : Number.MAX_SAFE_INTEGER };
  const read = partReader(tokenizer, options, asked);
  const { dataset } = read(source.rows);
  const parts = splitRows(source.rows, asked.testSize, length.seed);
  const { dataset: train, examples } = read(parts.train);
  const test = parts.test.length > 0 ? read(parts.test).examples : [];
  const split: Split<Example> = { train: examples, test };
  const seen = source.rows.length;
  const schedule = { ...length, rows: Math.round(split.train.length * (total / Math.max(1, seen))) };
  const notes = [
    ...(seen < total
      ? [
          text(
            `Counted over the first ${seen} of ${total} rows; training reads all of them.`,
            `以下统计只涉及 ${total} 行中的前 ${seen} 行；训练会读取全部。`,
          ),
        ]
      : []),
    ...(dataset.truncatedRows > 0
      ? [
          text(
            `${counted(dataset.truncatedRows, 'row is', 'rows are')} longer than max_length ${options.maxLength} and cut, of ${source.rows.length}.`,
            `${source.rows.length} 行中有 ${dataset.truncatedRows} 行超过 max_length ${options.maxLength}，被截断。`,
          ),
        ]
      : []),
    ...(dataset.maskedRows > 0
      ? [
          text(
            `${counted(dataset.maskedRows, 'row has no label left and is', 'rows have no label left and are')} dropped, of ${source.rows.length}.`,
            `${source.rows.length} 行中有 ${dataset.maskedRows} 行没有剩下可学的标签，被丢弃。`,
          ),
        ]
      : []),
    ...(tokenizer.hasPad
      ? []
      : [
          text(
            'The tokenizer has no pad token: the end of a text fills the rows (pad = eos). Here it is masked by position, not by id, so the end of an answer is still learnt.',
            '分词器没有填充词元：用文本结束词元填充各行（pad = eos）。这里按位置而不按编号屏蔽，因此回答的结尾仍会被学习。',
          ),
        ]),
    ...(packing === 'none'
      ? []
      : [
          text(
            `${counted(parts.train.length, 'row is', 'rows are')} packed into ${counted(split.train.length, 'sequence')} of up to ${asked.maxLength} tokens.`,
            `${parts.train.length} 行被打包成 ${split.train.length} 个序列，每个最多 ${asked.maxLength} 个词元。`,
          ),
        ]),
  ];
  const lastTrained = (example: Example): number | undefined =>
    example.labels.findLast((label) => label !== IGNORE);
  return {
    split,
    assertLearns: () => assertLearns(train, options.maxLength),
    largest: {
      // Rows that leave nothing to learn are not trained; the page still shows what it would cost.
      train: largestShape(split.train, schedule.batchSize) ??
        largestShape(dataset.examples, schedule.batchSize) ?? { rows: schedule.batchSize, tokens: 16 },
      test: largestShape(split.test, schedule.batchSize),
      microBatches: Math.max(
        1,
        Math.min(schedule.accumulation, Math.ceil(schedule.rows / schedule.batchSize)),
      ),
    },
    summary: {
      name: source.name,
      rows: total,
      counted: seen,
      evalRows: Math.round(split.test.length * (total / Math.max(1, seen))),
      format: dataset.format,
      longestTokens: dataset.longest,
      truncatedRows: dataset.truncatedRows,
      maskedRows: dataset.maskedRows,
      askedOtherwise:
        tokenizer.hasTemplate && source.rows.some(({ format }) => format === 'prompt-completion'),
      preview: (objective === 'sft'
        ? source.rows.slice(0, PREVIEW_ROWS).map((row) => tokenizeRow(row, tokenizer, options))
        : dataset.examples.slice(0, PREVIEW_ROWS)
      ).map((example) => previewOf(example, tokenizer)),
      notes,
    },
    facts: {
      allMasked: train.examples.length === 0,
      rows: source.rows.length,
      maskedRows: dataset.maskedRows,
      truncatedRows: dataset.truncatedRows,
      longestTokens: dataset.longest,
      packing: packing === 'wrapped',
      rowsEndingWithEos: dataset.examples.filter((example) => lastTrained(example) === tokenizer.eosId)
        .length,
      steps: totalSteps(schedule),
    },
  };
}

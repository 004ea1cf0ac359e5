// Rows of a recipe → examples for training and evaluation, with what the page and the doctor say about them.

import { text } from '../ground/text.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { Schedule } from './batches.ts';
import { totalSteps } from './batches.ts';
import type { Packing } from './packing.ts';
import { pack } from './packing.ts';
import type { PairObjective } from './pairs.ts';
import { tokenizePairs } from './pairs.ts';
import type { RecipeRows } from './recipeRows.ts';
import type { RowFacts } from './rowFacts.ts';
import type { Row } from './rows.ts';
import type { Split } from './split.ts';
import { splitRows } from './split.ts';
import type { DataSummary, RowPreview, TokenMask } from './summary.ts';
import type { Dataset, Example, TokenizeOptions } from './tokenize.ts';
import { assertLearns, IGNORE, tokenizeRow, tokenizeRows } from './tokenize.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface PreparedData {
  readonly split: Split<Example>;
  /** Throws UserError 'all-labels-masked' when nothing is left to learn. */
  readonly assertLearns: () => void;
  readonly summary: DataSummary;
  readonly facts: RowFacts;
  /** Padded tokens of the longest row. */
  readonly longestBatch: number;
}

const PREVIEW_ROWS = 3;

function preview(example: Example, tokenizer: Tokenizer): RowPreview {
  const as = (id: number, mask: TokenMask) => ({ text: tokenizer.show(id), mask });
  const { rejected } = example;
  const shown = example.ids.map((id, i) => as(id, example.labels[i] === IGNORE ? 'ignored' : 'trained'));
  const cut = example.truncated.map((id) => as(id, 'truncated'));
  const worse = rejected?.ids.flatMap((id, i) => (rejected.labels[i] === IGNORE ? [] : as(id, 'rejected')));
  return {
    tokens: [...shown, ...cut, ...(worse ?? [])],
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
    longest: Math.max(0, ...whole, ...examples.map(({ rejected }) => rejected?.ids.length ?? 0)),
    truncatedRows: examples.filter(({ truncated }) => truncated.length > 0).length,
    maskedRows: rows.length - examples.length,
  };
}

const objectiveOf = (values: RecipeValues): PairObjective | null => {
  const objective = values['train.objective'];
  return objective === 'dpo' || objective === 'orpo' ? objective : null;
};

/** Rows as they are trained. Packed rows are cut by the packing, and none is dropped for its mask. */
function examplesOf(
  rows: readonly Row[],
  tokenizer: Tokenizer,
  options: TokenizeOptions,
  values: RecipeValues,
): readonly Example[] {
  const objective = objectiveOf(values);
  if (objective) return tokenizePairs(rows, tokenizer, values['train.max_length'], objective);
  const packing = packingOf(values);
  if (packing === 'none') return tokenizeRows(rows, tokenizer, options).examples;
  return pack(
    rows.map((row) => tokenizeRow(row, tokenizer, options)),
    packing,
    values['train.max_length'],
  );
}

const packings: readonly Packing[] = ['none', 'bfd', 'bfd_split', 'wrapped'];
const packingOf = (values: RecipeValues): Packing =>
  packings.find((one) => one === values['train.packing']) ?? 'none';

/** Everything about the rows, also when nothing can be learned from them: the page then says why. */
export function prepareData(source: RecipeRows, tokenizer: Tokenizer, values: RecipeValues): PreparedData {
  const packing = packingOf(values);
  const cuts = packing === 'none' || packing === 'bfd';
  const options = {
    maxLength: cuts ? values['train.max_length'] : Number.MAX_SAFE_INTEGER,
    completionOnly: values['train.completion_only_loss'],
    assistantOnly: values['train.assistant_only_loss'],
  };
  const objective = objectiveOf(values);
  const read = (rows: readonly Row[]): Dataset =>
    objective
      ? pairDataset(rows, tokenizer, values['train.max_length'], objective)
      : tokenizeRows(rows, tokenizer, options);
  const dataset = read(source.rows);
  const parts = splitRows(source.rows, values['data.test_size'], values['train.seed']);
  const train = read(parts.train);
  const test = parts.test.length > 0 ? examplesOf(parts.test, tokenizer, options, values) : [];
  const split: Split<Example> = { train: examplesOf(parts.train, tokenizer, options, values), test };
  const schedule: Schedule = {
    rows: split.train.length,
    batchSize: values['train.per_device_train_batch_size'],
    accumulation: values['train.gradient_accumulation_steps'],
    seed: values['train.seed'],
  };
  const notes = [
    ...(dataset.truncatedRows > 0
      ? [
          text(
            `${dataset.truncatedRows} of ${source.rows.length} rows are longer than max_length ${options.maxLength} and are cut.`,
            `${source.rows.length} 行中有 ${dataset.truncatedRows} 行超过 max_length ${options.maxLength}，被截断。`,
          ),
        ]
      : []),
    ...(dataset.maskedRows > 0
      ? [
          text(
            `${dataset.maskedRows} of ${source.rows.length} rows have no label left and are dropped.`,
            `${source.rows.length} 行中有 ${dataset.maskedRows} 行没有剩下可学的标签，被丢弃。`,
          ),
        ]
      : []),
    ...(packing === 'none'
      ? []
      : [
          text(
            `${parts.train.length} rows are packed into ${split.train.length} sequences of up to ${values['train.max_length']} tokens.`,
            `${parts.train.length} 行被打包成 ${split.train.length} 个序列，每个最多 ${values['train.max_length']} 个词元。`,
          ),
        ]),
  ];
  const lengths = [...split.train, ...split.test].map(({ ids }) => ids.length);
  const longest = packing === 'none' ? Math.min(dataset.longest, options.maxLength) : Math.max(1, ...lengths);
  const lastTrained = (example: Example): number | undefined =>
    example.labels.findLast((label) => label !== IGNORE);
  return {
    split,
    assertLearns: () => assertLearns(train, options.maxLength),
    longestBatch: Math.ceil(longest / 16) * 16,
    summary: {
      name: source.name,
      rows: source.rows.length,
      evalRows: split.test.length,
      format: dataset.format,
      longestTokens: dataset.longest,
      truncatedRows: dataset.truncatedRows,
      maskedRows: dataset.maskedRows,
      preview: (objective
        ? dataset.examples.slice(0, PREVIEW_ROWS)
        : source.rows.slice(0, PREVIEW_ROWS).map((row) => tokenizeRow(row, tokenizer, options))
      ).map((example) => preview(example, tokenizer)),
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
      steps: totalSteps(schedule, values['train.max_steps'], values['train.num_train_epochs']),
    },
  };
}

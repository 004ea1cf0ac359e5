// The rows of one run with their losses, row by row, so that whoever asks can see them come and give up in between. The loss itself is
// training/rowScorer.ts; what is told of it, rowScores.ts.
import { groupTokens, maskOf, PART } from '../data/previewTokens.ts';
import type { Split } from '../data/split.ts';
import type { TokenMask } from '../data/summary.ts';
import type { Example, Sequence } from '../data/tokenize.ts';
import { IGNORE } from '../data/tokenize.ts';
import type { Tokenizer } from '../data/tokenizer.ts';
import { shortened } from '../ground/quote.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import type { Wired } from '../python/run/wire.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { Backend } from '../training/backends/backend.ts';
import type { ExampleLosses, TokenLosses } from '../training/rowScorer.ts';
import { meanLoss, RowScorer } from '../training/rowScorer.ts';
import type { Trainer } from '../training/trainer.ts';
import type { RowPart, ScoredRow, ScoredText } from './rowScores.ts';
import type { RunAnswers } from './runAnswers.ts';

interface RunRowsOptions {
  readonly split: Split<Example>;
  readonly tokenizer: Pick<Tokenizer, 'show' | 'decode'>;
  readonly scorer: RowScorer;
  readonly answers: Pick<RunAnswers, 'untouched'>;
}

const MOST_TEXT = 120;
/** In place of what is only a part of a character. */
const UNWRITTEN = '▫';

const written = (text: string): string => text.replaceAll(PART, UNWRITTEN);

interface Token {
  readonly id: number;
  readonly mask: TokenMask;
  readonly loss: number | null;
  readonly base: number | null;
}

const tokensOf = (
  { ids, labels }: Sequence,
  mask: TokenMask,
  losses: TokenLosses,
  base: TokenLosses,
): Token[] =>
  ids.map((id, i) => ({
    id,
    mask: labels[i] === IGNORE ? 'ignored' : mask,
    loss: losses[i] ?? null,
    base: base[i] ?? null,
  }));

/** null where none of them has a label. */
const meanOf = (losses: TokenLosses): number | null =>
  losses.every((loss) => loss === null) ? null : meanLoss(losses);

export class RunRows {
  readonly #options: RunRowsOptions;

  constructor(options: RunRowsOptions) {
    this.#options = options;
  }

  count(part: RowPart): number {
    return this.#of(part).length;
  }

  #of(part: RowPart): readonly Example[] {
    const { split } = this.#options;
    return part === 'eval' ? split.test : split.train;
  }

  /** One row, scored by the adapter as it stands and by the untouched model; `tokens`: with each of its tokens. */
  async score(part: RowPart, place: number, tokens: boolean): Promise<ScoredRow | null> {
    const example = this.#of(part)[place];
    if (!example) return null;
    const { scorer, answers } = this.#options;
    const own = await scorer.score(example, true);
    const base = await answers.untouched((adapter) => scorer.score(example, adapter));
    const { tokenizer } = this.#options;
    const learned = example.ids.filter((_, i) => i > 0 && example.labels[i] !== IGNORE);
    return {
      place,
      text: shortened(written(tokenizer.decode(learned.slice(0, MOST_TEXT))), MOST_TEXT),
      labels: own.tokens.filter((loss) => loss !== null).length,
      loss: own.loss,
      base: base.loss,
      shown: tokens ? this.#shown(example, own, base) : null,
    };
  }

  #shown(example: Example, own: ExampleLosses, base: ExampleLosses): readonly ScoredText[] {
    const cut = example.truncated.map((id): Token => ({ id, mask: 'truncated', loss: null, base: null }));
    const { rejected } = example;
    const worse = rejected
      ? tokensOf(rejected, 'rejected', own.rejected ?? [], base.rejected ?? []).filter(
          ({ mask }) => mask === 'rejected',
        )
      : [];
    const parts = [[...tokensOf(example, 'trained', own.tokens, base.tokens), ...cut], worse];
    return parts.flatMap((tokens) =>
      groupTokens(tokens, this.#options.tokenizer).map(({ text, tokens: group }) => ({
        text: written(text),
        mask: maskOf(group),
        tokens: group.length,
        loss: meanOf(group.map(({ loss }) => loss)),
        base: meanOf(group.map((one) => one.base)),
      })),
    );
  }
}

/** Of a run that stands. */
export function rowsOf(run: {
  readonly trainer: Trainer;
  readonly backend: Backend;
  readonly wired: Wired;
  readonly files: ModelFiles;
  readonly values: RecipeValues;
  readonly answers: RunRowsOptions['answers'];
  readonly split: Split<Example>;
}): RunRows {
  const { trainer, backend, wired, files, values, answers, split } = run;
  const { config, tokenizer } = files;
  const scorer = new RowScorer({
    ...{ backend, config, wired, layout: trainer.layout, padId: tokenizer.padId },
    examples: [...split.train, ...split.test],
    smoothing: values['train.label_smoothing_factor'],
    refresh: () => trainer.refresh(),
  });
  return new RunRows({ split, tokenizer, scorer, answers });
}

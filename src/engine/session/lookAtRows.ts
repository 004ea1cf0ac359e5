// Rows as a person looks through them: a page of those that match, with their cells, what is wrong with them, and the tokens that will be
// trained; and what all of them are like. Answers by parts of the file, so that no message holds all of it.
import { cellText } from '../data/columns/edits.ts';
import { editedRows } from '../data/columns/mapColumns.ts';
import { dataOptions } from '../data/options.ts';
import { isPair, tokenizePairs } from '../data/pairs.ts';
import { previewOf } from '../data/prepareData.ts';
import { readAhead } from '../data/readAhead.ts';
import type { CountedRows, RowMark, RowStatistics } from '../data/rowStatistics.ts';
import { countRows, rowMarks } from '../data/rowStatistics.ts';
import type { Row } from '../data/rows.ts';
import type { RowPreview } from '../data/summary.ts';
import { tokenizeRow } from '../data/tokenize.ts';
import type { Tokenizer } from '../data/tokenizer.ts';
import { wordsOf } from '../ground/errors.ts';
import { shortened } from '../ground/quote.ts';
import type { Text } from '../ground/text.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Assets } from './assets.ts';

export const rowFilters = ['all', 'problem', ...rowMarks] as const;
export type RowFilter = (typeof rowFilters)[number];

export interface RowsAsked {
  readonly from: number;
  readonly count: number;
  /** Words that a row holds, whatever their case; '' for all. */
  readonly search: string;
  readonly filter: RowFilter;
  /** Whether the tokens are wanted too. */
  readonly tokens: boolean;
}

export interface Cell {
  readonly text: string;
  /** Whether that is all of it: only such a cell can be changed here. */
  readonly whole: boolean;
}

export interface ShownRow {
  /** Place in the file, from 0. */
  readonly place: number;
  /** By column; none of a preset's rows. */
  readonly cells: readonly Cell[];
  readonly problem: Text | null;
  readonly leftOut: boolean;
  readonly preview: RowPreview | null;
}

export interface RowsView {
  readonly columns: readonly string[];
  /** Rows of the file. */
  readonly total: number;
  /** Those that match. */
  readonly matches: number;
  /** Those that can't be read. */
  readonly problems: number;
  readonly rows: readonly ShownRow[];
}

const MOST_CELL = 4000;
const MOST_COUNT = 200;
const A_BREATH = 2000;

const cellOf = (value: unknown): Cell => {
  const text = cellText(value);
  return text.length <= MOST_CELL
    ? { text, whole: true }
    : { text: shortened(text, MOST_CELL), whole: false };
};

const wordsIn = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'object' && value !== null
      ? Object.values(value).map(wordsIn).join('\n')
      : String(value ?? '');

/** Keeps what was counted last, whose places a filter asks for. */
export class RowsDesk {
  readonly #assets: Assets;
  readonly #breathe: () => Promise<void>;
  #counted: { readonly key: string; readonly rows: readonly Row[]; readonly counted: CountedRows } | null =
    null;

  #turn = 0;

  constructor(assets: Assets, breathe: () => Promise<void>) {
    this.#assets = assets;
    this.#breathe = breathe;
  }

  /** Throws UserError for rows that can't be read at all. */
  async look(recipe: Recipe, asked: RowsAsked): Promise<RowsView> {
    const { data } = recipe;
    const table = data ? await this.#assets.shelf.table(data) : null;
    const { rows, places, problems } = data
      ? await this.#assets.shelf.read(data)
      : { rows: (await this.#assets.rows(recipe)).rows, places: null, problems: new Map<number, never>() };
    const raw = table && data ? editedRows(table, data) : rows;
    const found = await this.#matches(recipe, asked, { raw, rows, places, problems });
    const { from, count } = asked;
    const { tokenizer } = asked.tokens ? await this.#assets.model(recipe) : { tokenizer: null };
    const left = new Set(data?.leftOut);
    const byPlace = new Map(places?.map((place, i) => [place, rows[i]]));
    const columns = table?.columns ?? [];
    return {
      columns,
      total: raw.length,
      matches: found.length,
      problems: problems.size,
      rows: found.slice(from, from + Math.min(count, MOST_COUNT)).map((place) => {
        const row = places ? byPlace.get(place) : rows[place];
        const problem = problems.get(place);
        return {
          place,
          cells: table && data ? columns.map((column) => cellOf(Object(raw[place])[column])) : [],
          problem: problem ? wordsOf(problem) : null,
          leftOut: left.has(place),
          preview: row && tokenizer ? this.#preview(row, tokenizer, recipe) : null,
        };
      }),
    };
  }

  /** Throws UserError for rows that can't be trained; null when a newer count took its place. */
  countNewest(recipe: Recipe, told: (done: number, total: number) => void): Promise<RowStatistics | null> {
    this.#turn += 1;
    const turn = this.#turn;
    return this.#count(recipe, told, () => turn !== this.#turn);
  }

  async #count(
    recipe: Recipe,
    told: (done: number, total: number) => void,
    given: () => boolean,
  ): Promise<RowStatistics | null> {
    const [{ tokenizer }, { rows }] = await Promise.all([
      this.#assets.model(recipe),
      this.#assets.rows(recipe),
    ]);
    const options = dataOptions(recipe.values);
    await readAhead(rows, tokenizer, options.objective, {
      most: Number.POSITIVE_INFINITY,
      breathe: this.#breathe,
      given,
      told: (done) => told(done, rows.length),
    });
    if (given()) return null;
    const counted = countRows(rows, tokenizer, options);
    this.#counted = { key: keyOf(recipe), rows, counted };
    return counted.statistics;
  }

  #preview(row: Row, tokenizer: Tokenizer, { values }: Recipe): RowPreview | null {
    const { objective, ...options } = dataOptions(values);
    if (objective !== 'sft') {
      const [example] = isPair(row) ? tokenizePairs([row], tokenizer, options.maxLength, objective) : [];
      return example ? previewOf(example, tokenizer) : null;
    }
    return isPair(row) ? null : previewOf(tokenizeRow(row, tokenizer, options), tokenizer);
  }

  /** Places in the file. */
  async #matches(
    recipe: Recipe,
    { search, filter }: RowsAsked,
    { raw, rows, places, problems }: Read,
  ): Promise<readonly number[]> {
    let found: readonly number[];
    if (filter === 'all') found = raw.map((_, i) => i);
    else if (filter === 'problem') found = [...problems.keys()];
    else found = (await this.#marked(recipe, rows, filter)).map((i) => places?.[i] ?? i);
    const words = search.trim().toLowerCase();
    if (words === '') return found;
    const kept: number[] = [];
    for (const [i, place] of found.entries()) {
      if (i % A_BREATH === A_BREATH - 1) await this.#breathe();
      if (wordsIn(raw[place]).toLowerCase().includes(words)) kept.push(place);
    }
    return kept;
  }

  async #marked(recipe: Recipe, rows: readonly Row[], mark: RowMark): Promise<readonly number[]> {
    const known = this.#counted;
    if (!known || known.rows !== rows || known.key !== keyOf(recipe))
      await this.#count(
        recipe,
        () => {},
        () => false,
      );
    return this.#counted?.counted.places[mark] ?? [];
  }
}

/** What decides how rows are tokenised and cut. */
const keyOf = ({ values, model, chatTemplate }: Recipe): string =>
  JSON.stringify([dataOptions(values), model?.digest ?? null, chatTemplate ?? null]);

interface Read {
  readonly raw: readonly unknown[];
  readonly rows: readonly Row[];
  readonly places: readonly number[] | null;
  readonly problems: ReadonlyMap<number, unknown>;
}

// Rows as they are trained: all of them for whoever trains, as many of the first as can be had at once for whoever only looks.
import { dataOptions } from '../data/options.ts';
import type { PreparedData } from '../data/prepareData.ts';
import { prepareData } from '../data/prepareData.ts';
import { readAhead } from '../data/readAhead.ts';
import type { RecipeRows } from '../data/recipeRows.ts';
import type { Tokenizer } from '../data/tokenizer.ts';
import { Cancelled } from '../ground/errors.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { LoadOptions } from './loadFiles.ts';

/** Characters that are tokenised for one answer, beside those that were tokenised before: a second or two. */
const MOST_CHARACTERS = 500_000;

export async function firstRows(
  source: RecipeRows,
  tokenizer: Tokenizer,
  values: RecipeValues,
  breathe: () => Promise<void>,
): Promise<PreparedData> {
  const options = dataOptions(values);
  const { rows } = source;
  const ready = await readAhead(rows, tokenizer, options.objective, { most: MOST_CHARACTERS, breathe });
  const counted = ready < rows.length ? { ...source, rows: rows.slice(0, ready) } : source;
  return prepareData(counted, tokenizer, options, rows.length);
}

/** Throws Cancelled when the run is given up meanwhile. */
export async function allRows(
  { breathe, cancelled, emit }: Pick<LoadOptions, 'breathe' | 'cancelled' | 'emit'>,
  source: RecipeRows,
  tokenizer: Tokenizer,
  values: RecipeValues,
): Promise<PreparedData> {
  const options = dataOptions(values);
  const { rows, name } = source;
  const file = { name, waitMs: 0 };
  await readAhead(rows, tokenizer, options.objective, {
    most: Number.POSITIVE_INFINITY,
    breathe,
    given: cancelled,
    told: () => emit({ type: 'phase', phase: 'loading', done: 0, total: 0, note: '', file }),
  });
  if (cancelled()) throw new Cancelled();
  return prepareData(source, tokenizer, options);
}

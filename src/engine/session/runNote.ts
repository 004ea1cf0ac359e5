// What is told of a run beside what it needs to go on: which run it is, what it is called, what it answered. Knows no file.

import type { RecipeRows } from '../data/recipeRows.ts';
import { digest64 } from '../ground/digest.ts';
import { quote } from '../ground/quote.ts';
import type { Check } from '../ground/shapes.ts';
import { list, optional, shape, string, whole } from '../ground/shapes.ts';
import { text } from '../ground/text.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { isInFile } from '../recipe/rows/ownRows.ts';

export interface AnswerBefore {
  readonly prompt: string;
  readonly text: string;
}

export interface AnswerAfter extends AnswerBefore {
  /** Steps of training behind the answer. */
  readonly step: number;
}

export interface RunNote {
  /** 16 hexadecimal digits: the same as long as the run goes on, wherever it does. */
  readonly id: string;
  /** As a person calls it; '' where nobody did. */
  readonly name: string;
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** Of all its rows. */
  readonly rowsDigest: string;
  readonly after: readonly AnswerAfter[];
  /** Of all askings, as many as are kept; absent: saved by a page that kept the last alone. */
  readonly said?: readonly AnswerAfter[];
}

/** What a run is kept as that is begun for others: an id that whoever begins it made, and a name. */
export type RunName = Pick<RunNote, 'id' | 'name'>;

/** Characters that a name may have. */
export const MOST_NAME = 120;

/** What names a file must be nothing else. */
export const runId: Check<string> = (value) =>
  typeof value === 'string' && /^[0-9a-f]{16}$/.test(value)
    ? null
    : { at: '', expected: text('16 hexadecimal digits', '16 位十六进制数'), got: quote(value) };

export const runName: Check<RunName> = shape<RunName>({ id: runId, name: string });

const count = whole(0, Number.MAX_SAFE_INTEGER);
export const answerAfter: Check<AnswerAfter> = shape<AnswerAfter>({
  prompt: string,
  text: string,
  step: count,
});
export const runNote: Check<RunNote> = shape<RunNote>({
  id: runId,
  name: string,
  at: count,
  rowsDigest: string,
  after: list(answerAfter),
  said: optional(list(answerAfter)),
});

/** An id that no other run has. */
export const newRunId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Tells rows apart; those of a file have its digest. */
function digestOfRows({ data }: Pick<Recipe, 'data'>, { rows }: Pick<RecipeRows, 'rows'>): string {
  if (data !== undefined && isInFile(data)) return data.digest;
  return digest64([new TextEncoder().encode(data?.text ?? JSON.stringify(rows))]);
}

/** Of a run that begins now. */
export const beginNote = (recipe: Recipe, rows: RecipeRows, as: RunName | undefined): RunNote => ({
  id: as?.id ?? newRunId(),
  name: as?.name.slice(0, MOST_NAME) ?? '',
  at: Date.now(),
  rowsDigest: digestOfRows(recipe, rows),
  after: [],
});

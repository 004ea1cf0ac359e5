// Tokenises rows in small parts, so that whoever waits for the thread is heard between them: what prepareData does at once afterwards is
// little. Knows no clock: work is counted in characters.

import { templateRefuses } from './dataErrors.ts';
import { isPair, pairIds } from './pairs.ts';
import type { DataOptions } from './prepareData.ts';
import type { Row } from './rows.ts';
import { maskRow } from './tokenize.ts';
import type { Message, Tokenizer } from './tokenizer.ts';

/** About what a thirtieth of a second suffices for. */
const A_BREATH = 8_000;
/** It is told how far it is once in so many breaths. */
const BREATHS_A_WORD = 25;
/** A row costs something whatever its length. */
const A_ROW = 40;

const ofMessages = (messages: readonly Message[]): number =>
  messages.reduce((sum, { content }) => sum + A_ROW + (content?.length ?? 0), 0);

/** About how much there is to read in a row. */
function charactersOf(row: Row): number {
  switch (row.format) {
    case 'text':
      return A_ROW + row.text.length;
    case 'prompt-completion':
      return A_ROW + row.prompt.length + row.completion.length;
    case 'preference':
      return A_ROW + row.prompt.length + row.chosen.length + row.rejected.length;
    case 'messages':
      return ofMessages(row.messages);
    case 'prompt-completion-chat':
      return ofMessages(row.prompt) + ofMessages(row.completion);
    case 'preference-chat':
      return 2 * ofMessages(row.prompt) + ofMessages(row.chosen) + ofMessages(row.rejected);
  }
}

export interface Ahead {
  /** Characters that are read at most. */
  readonly most: number;
  readonly breathe: () => Promise<void>;
  /** Whether nobody waits for the rest any more. */
  readonly given?: () => boolean;
  readonly told?: (rows: number) => void;
}

/** How many rows, from the first on, are ready now; at least one. Throws what a row's tokenisation throws. */
export async function readAhead(
  rows: readonly Row[],
  tokenizer: Tokenizer,
  objective: DataOptions['objective'],
  { most, breathe, given = () => false, told = () => {} }: Ahead,
): Promise<number> {
  let left = most;
  let breath = 0;
  let breaths = 0;
  for (const [i, row] of rows.entries()) {
    if (left <= 0) return i;
    const pairs = objective !== 'sft' && isPair(row);
    if (pairs ? pairIds[objective].has(row, tokenizer) : maskRow.has(row, tokenizer)) continue;
    // What is wrong with such a row whoever prepares the rows says.
    if (!pairs && (objective !== 'sft' || isPair(row))) return rows.length;
    try {
      if (pairs) pairIds[objective](row, tokenizer);
      else maskRow(row, tokenizer);
    } catch (error) {
      if (!templateRefuses.is(error)) throw error;
      throw templateRefuses({ cause: String(error.data.cause), row: i + 1 });
    }
    const characters = charactersOf(row);
    left -= characters;
    breath += characters;
    if (breath < A_BREATH) continue;
    breath = 0;
    breaths += 1;
    if (breaths % BREATHS_A_WORD === 0) told(i + 1);
    await breathe();
    if (given()) return i + 1;
  }
  return rows.length;
}

// A conversation in a cell as its turns, and a question with its answer as a row of the kind that the others are. Pure. Of text formats only JSON
// is written here: a row more of another file is one that was changed behind its end.
import type { ColumnMapping, CustomData } from '../../../engine/index.ts';
import { isInFile, textOfRows } from '../../../engine/index.ts';

type CellEdit = NonNullable<CustomData['edits']>[number];
type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface Turn {
  readonly role: string;
  readonly text: string;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The field that a turn's words stand in, by ShareGPT's name or the usual one. */
const fieldOf = (turn: Fields): 'value' | 'content' => (typeof turn.value === 'string' ? 'value' : 'content');

function listIn(cell: string): readonly Fields[] | null {
  const list = parsed(cell);
  if (!Array.isArray(list) || list.length === 0) return null;
  const turns = list.filter(isFields);
  const isTurn = (turn: Fields): boolean =>
    typeof (turn.role ?? turn.from) === 'string' && typeof turn[fieldOf(turn)] === 'string';
  return turns.length === list.length && turns.every(isTurn) ? turns : null;
}

/** The turns in a cell; null where it holds something else, or turns without words. */
export const turnsIn = (cell: string): readonly Turn[] | null =>
  listIn(cell)?.map((turn) => ({
    role: String(turn.role ?? turn.from),
    text: String(turn[fieldOf(turn)]),
  })) ?? null;

/** A cell as people read it: a conversation by its words, anything else as it stands. */
export const cellWords = (cell: string): string =>
  turnsIn(cell)
    ?.map(({ text }) => text)
    .join(' → ') ?? cell;

/** The cell with other words; whatever else its turns hold stays. */
export const withWords = (cell: string, words: readonly string[]): string =>
  JSON.stringify(
    (listIn(cell) ?? []).map((turn, i) => ({ ...turn, [fieldOf(turn)]: words[i] ?? turn[fieldOf(turn)] })),
  );

const turn = (role: string, content: string): Fields => ({ role, content });

function rowLike(first: unknown, mapping: ColumnMapping | undefined, question: string, answer: string) {
  const like: Fields = isFields(first) ? first : {};
  const both = [turn('user', question), turn('assistant', answer)];
  if (mapping !== undefined) {
    const { messages, prompt, completion } = mapping.columns;
    if (mapping.to === 'messages' && messages !== undefined) return { [messages]: both };
    if (mapping.to !== 'prompt-completion' || prompt === undefined || completion === undefined) return null;
    return rowOf(like, prompt, completion, question, answer);
  }
  if ('messages' in like) return { messages: both };
  if ('conversations' in like) return { conversations: both };
  return 'prompt' in like && 'completion' in like
    ? rowOf(like, 'prompt', 'completion', question, answer)
    : null;
}

/** As texts, or as turns where the others are. */
function rowOf(like: Fields, prompt: string, completion: string, question: string, answer: string): Fields {
  const as = (column: string, role: string, words: string): unknown =>
    Array.isArray(like[column]) ? [turn(role, words)] : words;
  return { [prompt]: as(prompt, 'user', question), [completion]: as(completion, 'assistant', answer) };
}

/** A first row, for rows that begin here. */
export const firstRow = (question: string, answer: string): string =>
  `${JSON.stringify({ messages: [turn('user', question), turn('assistant', answer)] })}\n`;

/** The text of rows with one more; null for rows of a file, of another format, or that are no questions with answers. */
export function withRow(data: CustomData, question: string, answer: string): string | null {
  if (isInFile(data) || (data.format ?? 'json') !== 'json') return null;
  const text = textOfRows(data).trim();
  const whole = text.startsWith('[') ? parsed(text) : null;
  const list: readonly unknown[] | null = Array.isArray(whole) ? whole : null;
  const row = rowLike(
    list === null ? parsed(text.split('\n')[0] ?? '') : list[0],
    data.columns,
    question,
    answer,
  );
  if (row === null) return null;
  return list === null ? `${text}\n${JSON.stringify(row)}\n` : `${JSON.stringify([...list, row], null, 1)}\n`;
}

/** What is known of rows that are not written here. */
export interface ShownFile {
  readonly columns: readonly string[];
  /** Rows of the file, with those that were added. */
  readonly total: number;
  /** The cells of its first row, by column. */
  readonly first: readonly string[];
}

/** As the file's own turns are: by ShareGPT's names or the usual ones. */
const turnLike = (example: string, role: 'user' | 'assistant', words: string): Fields =>
  listIn(example)?.[0]?.from === undefined
    ? turn(role, words)
    : { from: role === 'user' ? 'human' : 'gpt', value: words };

/** The cells of one row more behind a file's end; null for rows that are no questions with answers. */
export function addedRow(
  { columns: mapping }: Pick<CustomData, 'columns'>,
  { columns, total, first }: ShownFile,
  question: string,
  answer: string,
): readonly CellEdit[] | null {
  const at = (column: string): string => first[columns.indexOf(column)] ?? '';
  const both = (column: string): CellEdit[] => [
    {
      row: total,
      column,
      value: JSON.stringify([
        turnLike(at(column), 'user', question),
        turnLike(at(column), 'assistant', answer),
      ]),
    },
  ];
  const one = (column: string, role: 'user' | 'assistant', words: string): CellEdit => ({
    row: total,
    column,
    value: listIn(at(column)) === null ? words : JSON.stringify([turnLike(at(column), role, words)]),
  });
  if (mapping === undefined) {
    const turns = ['messages', 'conversations'].find((name) => columns.includes(name));
    if (turns !== undefined) return both(turns);
    if (!columns.includes('prompt') || !columns.includes('completion')) return null;
    return [one('prompt', 'user', question), one('completion', 'assistant', answer)];
  }
  const { messages, prompt, completion } = mapping.columns;
  if (mapping.to === 'messages' && messages !== undefined) return both(messages);
  if (mapping.to !== 'prompt-completion' || prompt === undefined || completion === undefined) return null;
  return [one(prompt, 'user', question), one(completion, 'assistant', answer)];
}

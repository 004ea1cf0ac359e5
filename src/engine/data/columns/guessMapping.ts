// What the columns of a table are probably for, from their names and the first cells; a person may say otherwise. Names and shapes are those
// of public data sets: Alpaca (instruction, input, output), ShareGPT (conversations of from and value), questions with answers, pairs.
import { isRecord } from '../../ground/isRecord.ts';
import { readJson } from '../../ground/strictJson.ts';
import type { ColumnMapping, ColumnRole } from '../../recipe/rows/ownRows.ts';
import type { RowTable } from '../formats/rowTable.ts';

/** Names that a column of each role goes by, the likeliest first. */
const names: Readonly<Record<ColumnRole, readonly string[]>> = {
  text: ['text', 'content', 'document', 'body', 'story', '文本', '内容', '正文'],
  system: ['system', 'system_prompt', 'systemprompt', '系统'],
  prompt: [
    ...[
      'prompt',
      'instruction',
      'instruct',
      'question',
      'query',
      'user',
      'human',
      'problem',
      'input',
      'request',
    ],
    ...['source', 'q', '指令', '问题', '提问', '提示', '输入'],
  ],
  input: ['input', 'context', 'inputs', '输入', '上下文'],
  completion: [
    ...['completion', 'output', 'response', 'answer', 'assistant', 'solution', 'reply', 'answers', 'target'],
    ...['label', 'gpt', 'a', '输出', '回答', '答案', '回复'],
  ],
  messages: ['messages', 'conversations', 'conversation', 'dialogue', 'dialog', 'chat', '对话'],
  chosen: ['chosen', 'preferred', 'accepted', 'better'],
  rejected: ['rejected', 'dispreferred', 'refused', 'worse'],
  tools: ['tools', 'functions'],
};

const SAMPLE = 50;

/** The messages in a cell; null where it holds none. */
function messagesIn(cell: unknown): readonly Readonly<Record<string, unknown>>[] | null {
  const list = typeof cell === 'string' && /^\s*\[\s*\{/.test(cell) ? readJson(cell).value : cell;
  if (!Array.isArray(list) || list.length === 0) return null;
  const found = list.filter(isRecord);
  return found.length === list.length && found.every((one) => 'role' in one || 'from' in one) ? found : null;
}

/** Finds columns by their names and what stands in them. */
class Columns {
  readonly #table: RowTable;

  constructor(table: RowTable) {
    this.#table = table;
  }

  cells(column: string): readonly unknown[] {
    return this.#table.rows.slice(0, SAMPLE).map((row) => row[column]);
  }

  holds(column: string, fits: (cell: unknown) => boolean): boolean {
    const cells = this.cells(column).filter((cell) => cell !== null && cell !== undefined && cell !== '');
    // A few that don't fit are mistakes, which whoever reads the rows names.
    return 2 * cells.filter(fits).length > cells.length;
  }

  named(role: ColumnRole, fits: (column: string) => boolean): string | undefined {
    for (const name of names[role]) {
      const found = this.#table.columns.find((one) => one.trim().toLowerCase() === name);
      if (found !== undefined && fits(found)) return found;
    }
    return undefined;
  }

  readonly isText = (column: string): boolean => this.holds(column, (cell) => typeof cell === 'string');
  readonly isChat = (column: string): boolean => this.holds(column, (cell) => messagesIn(cell) !== null);
  readonly isEither = (column: string): boolean => this.isText(column) || this.isChat(column);
}

/** A mapping that calls every column what it is called already changes nothing. */
function isPlain({ columns, chat, renameRoles }: ColumnMapping, found: Columns): boolean {
  const entries = Object.entries(columns);
  const sameNames = entries.every(
    ([role, column]) => role === column || (role === 'messages' && column === 'conversations'),
  );
  // A conversation that stands in a cell as text has to be read.
  const written = entries.some(([, column]) => found.isChat(column) && found.isText(column));
  return (
    sameNames &&
    !chat &&
    !renameRoles &&
    !written &&
    columns.system === undefined &&
    columns.input === undefined
  );
}

const wordsOfShareGpt: ReadonlySet<unknown> = new Set(['human', 'gpt']);

export interface Guess {
  /** null: nobody can tell. */
  readonly mapping: ColumnMapping | null;
  /** The names are TRL's own: a recipe needs no mapping. */
  readonly plain: boolean;
}

export function guessMapping(table: RowTable): Guess {
  const found = new Columns(table);
  const column = (role: ColumnRole, fits: (name: string) => boolean) => {
    const name = found.named(role, fits);
    return name === undefined ? {} : { [role]: name };
  };
  const sharesNames = (name: string): boolean =>
    found
      .cells(name)
      .some((cell) => messagesIn(cell)?.some(({ role, from }) => wordsOfShareGpt.has(role ?? from)));
  const decided = (mapping: ColumnMapping): Guess => ({ mapping, plain: isPlain(mapping, found) });
  const { columns } = table;

  const system = column('system', found.isText);
  const tools = column('tools', () => true);
  const chosen = found.named('chosen', found.isEither);
  const rejected = found.named('rejected', found.isEither);
  if (chosen !== undefined && rejected !== undefined) {
    const prompt = column('prompt', found.isEither);
    const chat =
      found.isText(chosen) && !found.isChat(chosen) && 'prompt' in prompt && prompt.prompt !== 'prompt';
    const pair = { chosen, rejected, ...prompt, ...system, ...tools };
    return decided({ to: 'preference', columns: pair, chat, renameRoles: sharesNames(chosen) });
  }
  const messages = found.named('messages', found.isChat) ?? columns.find(found.isChat);
  const prompt = found.named('prompt', found.isEither);
  const completion = found.named('completion', (name) => name !== prompt && found.isEither(name));
  if (messages !== undefined && messages !== prompt && messages !== completion)
    return decided({
      to: 'messages',
      columns: { messages, ...system, ...tools },
      chat: false,
      renameRoles: sharesNames(messages),
    });
  if (prompt !== undefined && completion !== undefined) {
    const input = column('input', (name) => name !== prompt && name !== completion && found.isText(name));
    const byName = prompt === 'prompt' && completion === 'completion';
    const chat = !found.isChat(prompt) && !(byName && !('input' in input) && !('system' in system));
    const asked = { prompt, completion, ...input, ...system, ...tools };
    return decided({ to: 'prompt-completion', columns: asked, chat, renameRoles: sharesNames(prompt) });
  }
  const texts = columns.filter(found.isText);
  const text = found.named('text', found.isText) ?? (texts.length === 1 ? texts[0] : undefined);
  if (text !== undefined) return decided({ to: 'text', columns: { text }, chat: false, renameRoles: false });
  return { mapping: null, plain: false };
}

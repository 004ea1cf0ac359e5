// Rows as people bring them: JSONL (or a JSON array) of `text`, `prompt`/`completion`, `messages`,
// `conversations` or `prompt`/`chosen`/`rejected`.
// Every refusal names the line. Column names and meanings as TRL 1.13's SFTTrainer reads them.

import type { UserError } from '../ground/errors.ts';
import { recordOf } from '../ground/isRecord.ts';
import { quote, shortened } from '../ground/quote.ts';
import { readJson } from '../ground/strictJson.ts';
import type { Text } from '../ground/text.ts';
import { text as say } from '../ground/text.ts';
import { badRow, notUtf8 } from './dataErrors.ts';
import { JsonTable } from './formats/json/jsonTable.ts';
import type { RawRow } from './formats/rowTable.ts';
import { placeOf } from './formats/rowTable.ts';
import { firstBadByte } from './formats/textOf.ts';
import { sharedMessages, sharedText } from './sharedPrompt.ts';
import type { Message } from './tokenizer.ts';

const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;

/** What the chat template is told of tools, in the rows that are conversations. */
interface WithTools {
  readonly tools?: readonly unknown[];
}

export type Row =
  | { readonly format: 'text'; readonly text: string }
  | { readonly format: 'prompt-completion'; readonly prompt: string; readonly completion: string }
  | (WithTools & {
      readonly format: 'prompt-completion-chat';
      readonly prompt: readonly Message[];
      readonly completion: readonly Message[];
    })
  | (WithTools & { readonly format: 'messages'; readonly messages: readonly Message[] })
  | {
      readonly format: 'preference';
      readonly prompt: string;
      readonly chosen: string;
      readonly rejected: string;
    }
  | (WithTools & {
      readonly format: 'preference-chat';
      readonly prompt: readonly Message[];
      readonly chosen: readonly Message[];
      readonly rejected: readonly Message[];
    });

/** UTF-8 text of a file. Throws UserError 'utf-8' naming the first byte that is not. */
export function decodeRows(bytes: Uint8Array, name = 'The file'): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8({ name, byte: firstBadByte(bytes) });
  }
}

/** Said only of what is refused: rows are many. */
export type Where = () => Text;

const bad = (where: Where, en: string, zh: string): UserError =>
  badRow({ where: where(), found: say(en, zh) });

/**
 * `from` and `value` of the `conversations` format become role and content unchanged, as TRL takes them. A field without a value is as good
 * as absent: Arrow gives every message the fields of all.
 */
function messageList(value: readonly unknown[], where: Where): Message[] {
  if (value.length === 0) throw bad(where, 'the list of messages is empty', '消息列表为空');
  return value.map((item, i) => {
    const { role: named, from, content: said, value: words, ...rest } = recordOf(item);
    const role = named ?? from;
    const content = said ?? words ?? null;
    const more = Object.fromEntries(
      Object.entries(rest).filter(([, one]) => one !== null && one !== undefined),
    );
    const silent = content === null && Array.isArray(more.tool_calls) && more.tool_calls.length > 0;
    if (typeof role !== 'string' || (typeof content !== 'string' && !silent)) {
      const got = quote(item);
      throw bad(
        where,
        `message ${i + 1} needs text in \`role\` and \`content\`, got ${got}`,
        `第 ${i + 1} 条消息的 \`role\` 与 \`content\` 应为文本，得到 ${got}`,
      );
    }
    const text = typeof content === 'string' ? content : null;
    return { role, content: text, ...(Object.keys(more).length > 0 ? { more } : {}) };
  });
}

/** The column `tools`: a list, or the JSON of one, as TRL takes both. */
function toolsOf(value: unknown, where: Where): { readonly tools?: readonly unknown[] } {
  if (value === undefined || value === null || value === '') return {};
  const list = typeof value === 'string' ? readJson(value).value : value;
  if (!Array.isArray(list)) throw bad(where, '`tools` is not a list', '`tools` 不是列表');
  return list.length > 0 ? { tools: list } : {};
}

function readPair({ prompt, chosen, rejected, tools }: RawRow, where: Where): Row {
  if (typeof chosen === 'string' && typeof rejected === 'string' && isAbsent(prompt))
    return { format: 'preference', ...sharedText(chosen, rejected) };
  if (typeof prompt === 'string' && typeof chosen === 'string' && typeof rejected === 'string')
    return { format: 'preference', prompt, chosen, rejected };
  if (Array.isArray(chosen) && Array.isArray(rejected)) {
    const better = messageList(chosen, where);
    const worse = messageList(rejected, where);
    const more = toolsOf(tools, where);
    // A prompt in words beside whole conversations says nothing that they don't.
    if (isAbsent(prompt) || typeof prompt === 'string')
      return { format: 'preference-chat', ...sharedMessages(better, worse, where), ...more };
    if (Array.isArray(prompt))
      return {
        format: 'preference-chat',
        prompt: messageList(prompt, where),
        chosen: better,
        rejected: worse,
        ...more,
      };
  }
  throw bad(
    where,
    '`prompt`, `chosen` and `rejected` must all be text or all lists of messages',
    '`prompt`、`chosen` 与 `rejected` 应全为文本，或全为消息列表',
  );
}

/** One row by the names that TRL knows. Throws UserError 'row'. */
export function readRow(value: RawRow, where: Where): Row {
  const chat = value.messages ?? value.conversations;
  if (Array.isArray(chat))
    return { format: 'messages', messages: messageList(chat, where), ...toolsOf(value.tools, where) };
  if (!isAbsent(chat)) throw bad(where, '`messages` is not a list', '`messages` 不是列表');
  const { prompt, completion, text } = value;
  if (!isAbsent(value.chosen) || !isAbsent(value.rejected)) return readPair(value, where);
  if (!isAbsent(prompt) || !isAbsent(completion)) {
    if (typeof prompt === 'string' && typeof completion === 'string')
      return { format: 'prompt-completion', prompt, completion };
    if (Array.isArray(prompt) && Array.isArray(completion)) {
      return {
        format: 'prompt-completion-chat',
        prompt: messageList(prompt, where),
        completion: messageList(completion, where),
        ...toolsOf(value.tools, where),
      };
    }
    throw bad(
      where,
      '`prompt` and `completion` must both be text or both lists of messages',
      '`prompt` 与 `completion` 应都为文本，或都为消息列表',
    );
  }
  if (typeof text === 'string') return { format: 'text', text };
  if (!isAbsent(text)) throw bad(where, '`text` is not text', '`text` 不是文本');
  const fields = Object.keys(value)
    .slice(0, 8)
    .map((field) => shortened(field, 20));
  throw bad(
    where,
    `found the fields ${fields.join(', ') || 'none'}`,
    fields.length > 0 ? `只有字段 ${fields.join('、')}` : '没有任何字段',
  );
}

/** Rows of JSON that is here already. Throws UserError 'empty-data', 'json-line', 'json-list' or 'row' (naming line and field). */
export function parseRows(source: string, name = 'Rows'): Row[] {
  const gathered = new JsonTable(name);
  gathered.push(source.replace(/^\uFEFF/, ''));
  const { table, load } = gathered.end();
  const read = table.table('json', load);
  return read.rows.map((row, i) => readRow(row, () => placeOf(read, i)));
}

// Rows as people bring them: JSONL (or a JSON array) of `text`, `prompt`/`completion`, `messages`,
// `conversations` or `prompt`/`chosen`/`rejected`.
// Every refusal names the line. Column names and meanings as TRL 1.13's SFTTrainer reads them.

import { UserError } from '../ground/errors.ts';
import { isRecord } from '../ground/isRecord.ts';
import type { Message } from './tokenizer.ts';

export type Row =
  | { readonly format: 'text'; readonly text: string }
  | { readonly format: 'prompt-completion'; readonly prompt: string; readonly completion: string }
  | {
      readonly format: 'prompt-completion-chat';
      readonly prompt: readonly Message[];
      readonly completion: readonly Message[];
    }
  | { readonly format: 'messages'; readonly messages: readonly Message[] }
  | {
      readonly format: 'preference';
      readonly prompt: string;
      readonly chosen: string;
      readonly rejected: string;
    }
  | {
      readonly format: 'preference-chat';
      readonly prompt: readonly Message[];
      readonly chosen: readonly Message[];
      readonly rejected: readonly Message[];
    };

/** UTF-8 text of a file. Throws UserError 'utf-8' naming the first byte that is not. */
export function decodeRows(bytes: Uint8Array, name = 'The file'): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(
      'utf-8',
      `${name}: expected UTF-8 text, byte ${firstBadByte(bytes)} is none. Save the file as UTF-8.`,
    );
  }
}

/** Offset of the first byte that no valid UTF-8 text continues with. */
function firstBadByte(bytes: Uint8Array): number {
  const lengthOf = (byte: number): number =>
    byte < 0x80
      ? 1
      : byte >= 0xc2 && byte < 0xe0
        ? 2
        : byte >= 0xe0 && byte < 0xf0
          ? 3
          : byte >= 0xf0 && byte < 0xf5
            ? 4
            : 0;
  let at = 0;
  while (at < bytes.length) {
    const length = lengthOf(bytes[at] ?? 0);
    if (length === 0) return at;
    for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return at;
    at += length;
  }
  return bytes.length;
}

function bad(
  where: string,
  found: string,
  remedy = 'Give each row `text`, `prompt` and `completion`, `messages`, or `prompt`, `chosen` and `rejected`.',
): UserError {
  return new UserError('rows', `${where}: ${found}. ${remedy}`, { where });
}

/** `from` and `value` of the `conversations` format become role and content unchanged, as TRL takes them. */
function messageList(value: readonly unknown[], where: string): Message[] {
  if (value.length === 0) throw bad(where, 'the list of messages is empty');
  return value.map((item, i) => {
    const role = isRecord(item) ? (item.role ?? item.from) : undefined;
    const content = isRecord(item) ? (item.content ?? item.value) : undefined;
    if (typeof role !== 'string' || typeof content !== 'string') {
      throw bad(
        where,
        `message ${i + 1} needs text in \`role\` and \`content\`, got ${JSON.stringify(item)?.slice(0, 60)}`,
      );
    }
    return { role, content };
  });
}

function readPair({ prompt, chosen, rejected }: Record<string, unknown>, where: string): Row {
  if (typeof prompt === 'string' && typeof chosen === 'string' && typeof rejected === 'string')
    return { format: 'preference', prompt, chosen, rejected };
  if (Array.isArray(prompt) && Array.isArray(chosen) && Array.isArray(rejected))
    return {
      format: 'preference-chat',
      prompt: messageList(prompt, where),
      chosen: messageList(chosen, where),
      rejected: messageList(rejected, where),
    };
  throw bad(where, '`prompt`, `chosen` and `rejected` must all be text or all lists of messages');
}

function readRow(value: unknown, where: string): Row {
  if (!isRecord(value))
    throw bad(where, `expected a JSON object, got ${JSON.stringify(value)?.slice(0, 40)}`);
  const chat = value.messages ?? value.conversations;
  if (Array.isArray(chat)) return { format: 'messages', messages: messageList(chat, where) };
  if (chat !== undefined) throw bad(where, '`messages` is not a list');
  const { prompt, completion, text } = value;
  if (value.chosen !== undefined || value.rejected !== undefined) return readPair(value, where);
  if (prompt !== undefined || completion !== undefined) {
    if (typeof prompt === 'string' && typeof completion === 'string')
      return { format: 'prompt-completion', prompt, completion };
    if (Array.isArray(prompt) && Array.isArray(completion)) {
      return {
        format: 'prompt-completion-chat',
        prompt: messageList(prompt, where),
        completion: messageList(completion, where),
      };
    }
    throw bad(where, '`prompt` and `completion` must both be text or both lists of messages');
  }
  if (typeof text === 'string') return { format: 'text', text };
  if (text !== undefined) throw bad(where, '`text` is not text');
  throw bad(where, `found the fields ${Object.keys(value).join(', ') || 'none'}`);
}

/** Parses rows. Throws UserError 'empty-data', 'json' (naming the line) or 'rows' (naming line and field). */
export function parseRows(source: string, name = 'Rows'): Row[] {
  const text = source.replace(/^\uFEFF/, '');
  if (text.trim() === '')
    throw new UserError(
      'empty-data',
      `${name}: expected at least one row, got none. Paste or open a JSONL file.`,
    );
  if (text.trimStart().startsWith('[')) return parseArray(text, name);
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === '') return [];
    const where = `${name}, line ${i + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new UserError(
        'json',
        `${where}: not JSON (${error instanceof Error ? error.message : String(error)}). Each line is one JSON object.`,
        { line: i + 1 },
      );
    }
    return [readRow(value, where)];
  });
}

function parseArray(text: string, name: string): Row[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      'json',
      `${name}: not JSON (${error instanceof Error ? error.message : String(error)}). Give a JSON array of rows or one JSON object a line.`,
    );
  }
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  if (list.length === 0)
    throw new UserError('empty-data', `${name}: expected at least one row, got an empty list.`);
  return list.map((item, i) => readRow(item, `${name}, row ${i + 1}`));
}

// Rows as people bring them: JSONL (or a JSON array) of `text`, `prompt`/`completion`, `messages`,
// `conversations` or `prompt`/`chosen`/`rejected`.
// Every refusal names the line. Column names and meanings as TRL 1.13's SFTTrainer reads them.

import type { UserError } from '../ground/errors.ts';
import { isRecord } from '../ground/isRecord.ts';
import { quote, shortened } from '../ground/quote.ts';
import { readJson } from '../ground/strictJson.ts';
import type { Text } from '../ground/text.ts';
import { text as say } from '../ground/text.ts';
import { badRow, emptyData, lineNoJson, listNoJson, notUtf8 } from './dataErrors.ts';
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
    throw notUtf8({ name, byte: firstBadByte(bytes) });
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

const bad = (where: Text, en: string, zh: string): UserError => badRow({ where, found: say(en, zh) });

/** `from` and `value` of the `conversations` format become role and content unchanged, as TRL takes them. */
function messageList(value: readonly unknown[], where: Text): Message[] {
  if (value.length === 0) throw bad(where, 'the list of messages is empty', '消息列表为空');
  return value.map((item, i) => {
    const role = isRecord(item) ? (item.role ?? item.from) : undefined;
    const content = isRecord(item) ? (item.content ?? item.value) : undefined;
    if (typeof role !== 'string' || typeof content !== 'string') {
      const got = quote(item);
      throw bad(
        where,
        `message ${i + 1} needs text in \`role\` and \`content\`, got ${got}`,
        `第 ${i + 1} 条消息的 \`role\` 与 \`content\` 应为文本，得到 ${got}`,
      );
    }
    return { role, content };
  });
}

function readPair({ prompt, chosen, rejected }: Record<string, unknown>, where: Text): Row {
  if (typeof prompt === 'string' && typeof chosen === 'string' && typeof rejected === 'string')
    return { format: 'preference', prompt, chosen, rejected };
  if (Array.isArray(prompt) && Array.isArray(chosen) && Array.isArray(rejected))
    return {
      format: 'preference-chat',
      prompt: messageList(prompt, where),
      chosen: messageList(chosen, where),
      rejected: messageList(rejected, where),
    };
  throw bad(
    where,
    '`prompt`, `chosen` and `rejected` must all be text or all lists of messages',
    '`prompt`、`chosen` 与 `rejected` 应全为文本，或全为消息列表',
  );
}

function readRow(value: unknown, where: Text): Row {
  if (!isRecord(value)) {
    const got = quote(value, 40);
    throw bad(where, `expected a JSON object, got ${got}`, `应为 JSON 对象，得到 ${got}`);
  }
  const chat = value.messages ?? value.conversations;
  if (Array.isArray(chat)) return { format: 'messages', messages: messageList(chat, where) };
  if (chat !== undefined) throw bad(where, '`messages` is not a list', '`messages` 不是列表');
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
    throw bad(
      where,
      '`prompt` and `completion` must both be text or both lists of messages',
      '`prompt` 与 `completion` 应都为文本，或都为消息列表',
    );
  }
  if (typeof text === 'string') return { format: 'text', text };
  if (text !== undefined) throw bad(where, '`text` is not text', '`text` 不是文本');
  const fields = Object.keys(value)
    .slice(0, 8)
    .map((field) => shortened(field, 20));
  throw bad(
    where,
    `found the fields ${fields.join(', ') || 'none'}`,
    fields.length > 0 ? `只有字段 ${fields.join('、')}` : '没有任何字段',
  );
}

/** Parses rows. Throws UserError 'empty-data', 'json-line', 'json-list' or 'row' (naming line and field). */
export function parseRows(source: string, name = 'Rows'): Row[] {
  const text = source.replace(/^\uFEFF/, '');
  if (text.trim() === '') throw emptyData({ name, list: false });
  if (text.trimStart().startsWith('[')) return parseArray(text, name);
  return text.split(/\r?\n/).flatMap((line, i) => {
    if (line.trim() === '') return [];
    const where = say(`${name}, line ${i + 1}`, `${name}，第 ${i + 1} 行`);
    const { value, problem } = readJson(line);
    if (problem) throw lineNoJson({ name, line: i + 1, cause: problem });
    return [readRow(value, where)];
  });
}

function parseArray(text: string, name: string): Row[] {
  const { value, problem } = readJson(text);
  if (problem) throw listNoJson({ name, cause: problem });
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  if (list.length === 0) throw emptyData({ name, list: true });
  return list.map((item, i) => readRow(item, say(`${name}, row ${i + 1}`, `${name}，第 ${i + 1} 行`)));
}

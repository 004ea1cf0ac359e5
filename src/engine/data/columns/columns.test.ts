// Columns by their names, by a mapping, by hand: which rows come of them, and what is refused by row and column. Pairs without a prompt and
// conversations of from and value are as TRL makes them (tests/golden/data-files.json).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ColumnMapping } from '../../recipe/rows/ownRows.ts';
import { readTable } from '../formats/formats.ts';
import type { RawRow, RowTable } from '../formats/rowTable.ts';
import { textSource } from '../formats/textOf.ts';
import { parseRows } from '../rows.ts';
import { guessMapping } from './guessMapping.ts';
import type { UseOfRows } from './mapColumns.ts';
import { allOf, readColumns } from './mapColumns.ts';

const mapColumns = async (table: RowTable, use: UseOfRows) => allOf(await readColumns(table, use));

const json = (...rows: readonly object[]): Promise<RowTable> =>
  readTable(textSource('mine.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
const csv = (text: string): Promise<RowTable> => readTable(textSource('mine.csv', text));

const golden: {
  readonly pairs: Readonly<Record<string, { readonly row: RawRow; readonly parted: RawRow }>>;
  readonly conversations: readonly { readonly row: RawRow; readonly converted: RawRow }[];
} = JSON.parse(readFileSync('tests/golden/data-files.json', 'utf8'));

describe('what TRL makes of rows', () => {
  it.each(Object.entries(golden.pairs))('a pair: %s', (_, { row, parted }) => {
    expect(parseRows(JSON.stringify(row))).toEqual([
      { format: typeof parted.chosen === 'string' ? 'preference' : 'preference-chat', ...parted },
    ]);
  });
  it('leaves the names of ShareGPT’s speakers as they are', () => {
    for (const { row, converted } of golden.conversations)
      expect(parseRows(JSON.stringify(row))).toEqual([{ format: 'messages', ...converted }]);
  });
});

describe('a guess', () => {
  const chat = [{ role: 'user', content: 'Hi' }];
  const shared = [{ from: 'human', value: 'Hi' }];
  const many = Object.fromEntries(Array.from({ length: 28 }, (_, i) => [`c${i}`, i]));
  it.each<[string, Promise<RowTable>, Partial<ColumnMapping> | null, boolean]>([
    ['text', json({ text: 'a' }), { to: 'text', columns: { text: 'text' } }, true],
    ['messages', json({ messages: chat }), { to: 'messages', columns: { messages: 'messages' } }, true],
    [
      'ShareGPT',
      json({ conversations: shared }),
      { columns: { messages: 'conversations' }, renameRoles: true },
      false,
    ],
    ['a dialogue by another name', json({ id: 1, turns: chat }), { columns: { messages: 'turns' } }, false],
    [
      'prompt and completion',
      json({ prompt: 'a', completion: 'b' }),
      { to: 'prompt-completion', chat: false },
      true,
    ],
    [
      'Alpaca',
      json(
        { instruction: 'a', input: '', output: 'b', text: 'ab' },
        { instruction: 'a', input: 'c', output: 'b', text: 'ab' },
      ),
      {
        to: 'prompt-completion',
        columns: { prompt: 'instruction', input: 'input', completion: 'output' },
        chat: true,
      },
      false,
    ],
    [
      'questions',
      csv('ID,Question,Answer\n1,a,b\n'),
      { columns: { prompt: 'Question', completion: 'Answer' }, chat: true },
      false,
    ],
    ['Chinese names', csv('问题,回答\na,b\n'), { columns: { prompt: '问题', completion: '回答' } }, false],
    [
      'thirty columns',
      json({ ...many, question: 'a', answer: 'b' }),
      { columns: { prompt: 'question', completion: 'answer' } },
      false,
    ],
    ['pairs', json({ prompt: 'a', chosen: 'b', rejected: 'c' }), { to: 'preference', chat: false }, true],
    [
      'pairs of conversations',
      json({ chosen: chat, rejected: chat }),
      { to: 'preference', columns: { chosen: 'chosen', rejected: 'rejected' } },
      true,
    ],
    [
      'tools',
      json({ messages: chat, tools: '[]' }),
      { columns: { messages: 'messages', tools: 'tools' } },
      true,
    ],
    [
      'a conversation as text',
      csv(`messages\n"${JSON.stringify(chat).replaceAll('"', '""')}"\n`),
      { to: 'messages' },
      false,
    ],
    ['a single column', csv('poem\na\nb\n'), { to: 'text', columns: { text: 'poem' } }, false],
    ['numbers', json({ x: 1, y: 2 }), null, false],
  ])('%s', async (_, table, mapping, plain) => {
    const guess = guessMapping(await table);
    if (mapping === null) expect(guess.mapping).toBeNull();
    else expect(guess.mapping).toMatchObject(mapping);
    expect(guess.plain).toBe(plain);
  });
});

const ask: ColumnMapping = {
  to: 'prompt-completion',
  columns: { prompt: 'q', completion: 'a' },
  chat: false,
  renameRoles: false,
};

describe('a mapping', () => {
  it('writes turns, a system turn and an input where the columns have them', async () => {
    const table = await csv('s,q,i,a\nBe brief,Who?,,Me\n,Add,1 and 2,3\n');
    const columns = { ...ask.columns, system: 's', input: 'i' };
    expect(await mapColumns(table, { columns: { ...ask, columns, chat: true } })).toEqual([
      {
        format: 'prompt-completion-chat',
        prompt: [
          { role: 'system', content: 'Be brief' },
          { role: 'user', content: 'Who?' },
        ],
        completion: [{ role: 'assistant', content: 'Me' }],
      },
      {
        format: 'prompt-completion-chat',
        prompt: [{ role: 'user', content: 'Add\n\n1 and 2' }],
        completion: [{ role: 'assistant', content: '3' }],
      },
    ]);
    expect((await mapColumns(table, { columns: { ...ask, columns } }))[1]).toEqual({
      format: 'prompt-completion',
      prompt: 'Add\n\n1 and 2',
      completion: '3',
    });
  });

  it('renames the speakers of ShareGPT, keeps what else a message says, and passes tools on', async () => {
    const call = { type: 'function', function: { name: 'f', arguments: {} } };
    const turns = [
      { from: 'human', value: 'Hi' },
      { from: 'gpt', value: null, tool_calls: [call], name: null },
      { from: 'tool', value: '21', name: 'f' },
    ];
    const columns = { messages: 'conversations', tools: 'tools' };
    const table = await json({ conversations: turns, tools: JSON.stringify([{ type: 'function' }]) });
    expect(
      await mapColumns(table, { columns: { to: 'messages', columns, chat: false, renameRoles: true } }),
    ).toEqual([
      {
        format: 'messages',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: null, more: { tool_calls: [call] } },
          { role: 'tool', content: '21', more: { name: 'f' } },
        ],
        tools: [{ type: 'function' }],
      },
    ]);
  });

  it('takes what was changed by hand, and leaves out what is left out', async () => {
    const table = await json({ q: 'a', a: 'b' }, { q: 'c', a: 'd' }, { q: ['no'], a: 'f' });
    const edits = [{ row: 1, column: 'a', value: 'D' }];
    expect(await mapColumns(table, { columns: ask, edits, leftOut: [0, 2] })).toEqual([
      { format: 'prompt-completion', prompt: 'c', completion: 'D' },
    ]);
  });

  it.each<[string, Promise<RowTable>, ColumnMapping | undefined, RegExp]>([
    [
      'a number where text is wanted',
      json({ q: 'a', a: 'b' }, { q: 'a', a: 3 }),
      ask,
      /line 2, column a: expected text, got 3/,
    ],
    [
      'nothing where text is wanted',
      json({ q: 'a' }, { q: 'a', a: 'b' }),
      ask,
      /line 1, column a: expected text, got null/,
    ],
    [
      'a column that is not there',
      json({ q: 'a' }),
      { ...ask, columns: { prompt: 'q', completion: 'x' } },
      /no column x.*one of q/,
    ],
    [
      'a role without a column',
      json({ q: 'a' }),
      { ...ask, columns: { prompt: 'q' } },
      /no column was chosen for completion/,
    ],
    [
      'text that is no conversation',
      csv('m\nhello\n'),
      { ...ask, to: 'messages', columns: { messages: 'm' } },
      /column m: expected a list of messages/,
    ],
    [
      'pairs that share nothing',
      json({ chosen: [{ role: 'user', content: 'a' }], rejected: [{ role: 'user', content: 'b' }] }),
      undefined,
      /share no first message/,
    ],
    ['names that say nothing', json({ x: 'a' }), undefined, /line 1: found the fields x/],
    ['a turn without words', json({ messages: [{ role: 'user' }] }), undefined, /message 1 needs text/],
  ])('refuses %s', async (_, table, columns, words) => {
    const given = await table;
    await expect(mapColumns(given, columns ? { columns } : {})).rejects.toThrow(words);
  });

  it('takes rows of system turns alone, and answers without words', () => {
    const rows = parseRows('{"messages":[{"role":"system","content":"a"}]}\n{"prompt":"a","completion":""}');
    expect(rows.map(({ format }) => format)).toEqual(['messages', 'prompt-completion']);
  });
});

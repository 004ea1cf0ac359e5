// What an edited conversation keeps, and that a row that is added is of the kind of the others.
import { describe, expect, it } from 'vitest';
import { addedRow, cellWords, firstRow, turnsIn, withRow, withWords } from './turns.ts';

const chat = '[{"role":"user","content":"Who?","name":"A"},{"role":"assistant","content":"Mara."}]';
const lines = (...rows: object[]) => ({ name: 'x', text: rows.map((row) => JSON.stringify(row)).join('\n') });
const last = (text: string | null): unknown => JSON.parse(text?.trim().split('\n').at(-1) ?? '');

describe('turns of a cell', () => {
  it('are read by either naming, and only where all have words', () => {
    expect(turnsIn(chat)).toEqual([
      { role: 'user', text: 'Who?' },
      { role: 'assistant', text: 'Mara.' },
    ]);
    expect(turnsIn('[{"from":"human","value":"Who?"}]')).toEqual([{ role: 'human', text: 'Who?' }]);
    for (const cell of ['', 'Who?', '[]', '[1]', '[{"role":"user","content":null}]', '{"role":"user"}'])
      expect(turnsIn(cell), cell).toBeNull();
  });
  it('are shown by their words, and other cells as they stand', () => {
    expect(cellWords(chat)).toBe('Who? → Mara.');
    expect(cellWords('{"a": 1}')).toBe('{"a": 1}');
  });
  it('keep what else they hold', () => {
    expect(JSON.parse(withWords(chat, ['Where?', 'At sea.']))).toEqual([
      { role: 'user', content: 'Where?', name: 'A' },
      { role: 'assistant', content: 'At sea.' },
    ]);
    expect(withWords('[{"from":"human","value":"a"}]', ['b'])).toBe('[{"from":"human","value":"b"}]');
  });
});

describe('a row that is added', () => {
  const both = [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: 'a' },
  ];
  it('is of the kind of the first', () => {
    expect(last(withRow(lines({ messages: [] }), 'q', 'a'))).toEqual({ messages: both });
    expect(last(withRow(lines({ prompt: 'x', completion: 'y' }), 'q', 'a'))).toEqual({
      prompt: 'q',
      completion: 'a',
    });
    expect(last(withRow(lines({ prompt: [], completion: [] }), 'q', 'a'))).toEqual({
      prompt: [both[0]],
      completion: [both[1]],
    });
    expect(JSON.parse(firstRow('q', 'a'))).toEqual({ messages: both });
  });
  it('follows the columns that were chosen', () => {
    const columns = { prompt: 'instruction', completion: 'output' };
    const data = {
      ...lines({ instruction: 'x', output: 'y' }),
      columns: { to: 'prompt-completion' as const, columns, chat: true, renameRoles: false },
    };
    expect(last(withRow(data, 'q', 'a'))).toEqual({ instruction: 'q', output: 'a' });
  });
  it('keeps a list a list, and is refused where rows are something else', () => {
    const list = { name: 'x', text: '[{"prompt":"x","completion":"y"}]' };
    expect(JSON.parse(withRow(list, 'q', 'a') ?? '')).toHaveLength(2);
    expect(withRow(lines({ text: 'x' }), 'q', 'a')).toBeNull();
    expect(withRow({ name: 'x', text: 'q,a', format: 'csv' }, 'q', 'a')).toBeNull();
    expect(withRow({ name: 'x', digest: '0' }, 'q', 'a')).toBeNull();
  });
});

describe('a row behind the end of a file', () => {
  const mapping = { to: 'prompt-completion', chat: true, renameRoles: false } as const;
  const csv = { columns: ['id', 'question', 'answer'], total: 7, first: ['1', 'Who?', 'Mara.'] };
  it('has its question and its answer where the columns say', () => {
    const columns = { ...mapping, columns: { prompt: 'question', completion: 'answer' } };
    expect(addedRow({ columns }, csv, 'q', 'a')).toEqual([
      { row: 7, column: 'question', value: 'q' },
      { row: 7, column: 'answer', value: 'a' },
    ]);
    // A preference has two answers.
    expect(addedRow({ columns: { ...columns, to: 'preference' } }, csv, 'q', 'a')).toBeNull();
    expect(addedRow({}, csv, 'q', 'a')).toBeNull();
  });
  it('has turns by the names that the file’s own have', () => {
    const first = ['[{"from":"human","value":"Who?"}]'];
    const shared = { columns: ['conversations'], total: 1, first };
    const [cell] = addedRow({}, shared, 'q', 'a') ?? [];
    expect(JSON.parse(cell?.value ?? '')).toEqual([
      { from: 'human', value: 'q' },
      { from: 'gpt', value: 'a' },
    ]);
    const usual = { columns: ['prompt', 'completion'], total: 1, first: ['x', 'y'] };
    expect(addedRow({}, usual, 'q', 'a')?.map(({ value }) => value)).toEqual(['q', 'a']);
  });
});

// What an edited conversation keeps, and that a row that is added is of the kind of the others.
import { describe, expect, it } from 'vitest';
import { cellWords, firstRow, turnsIn, withRow, withWords } from './turns.ts';

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

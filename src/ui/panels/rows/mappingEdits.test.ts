// What a choice in the columns' form makes of a mapping, and what is kept of rows changed or left out by hand.
import { expect, it } from 'vitest';
import { leaving, startMapping, withColumn, withEdit } from './mappingEdits.ts';

it('keeps what a column was for, and takes columns by their names', () => {
  const first = startMapping('prompt-completion', ['id', 'Prompt', 'answer'], undefined);
  expect(first).toEqual({
    to: 'prompt-completion',
    columns: { prompt: 'Prompt' },
    chat: false,
    renameRoles: false,
  });
  const chosen = withColumn({ ...first, chat: true }, 'completion', 'answer');
  expect(startMapping('preference', ['id', 'Prompt', 'answer'], chosen)).toMatchObject({
    to: 'preference',
    columns: { prompt: 'Prompt' },
    chat: true,
  });
  expect(withColumn(chosen, 'prompt', '').columns).toEqual({ completion: 'answer' });
});

it('holds one text for a cell, the last', () => {
  const once = withEdit({}, 1, 'a', 'x');
  expect(withEdit({ edits: withEdit({ edits: once }, 1, 'b', 'y') }, 1, 'a', 'z')).toEqual([
    { row: 1, column: 'b', value: 'y' },
    { row: 1, column: 'a', value: 'z' },
  ]);
});

it('leaves rows out and takes them back', () => {
  const out = leaving({ leftOut: [7] }, [3, 1], true);
  expect(out).toEqual([1, 3, 7]);
  expect(leaving({ leftOut: out }, [3], false)).toEqual([1, 7]);
});

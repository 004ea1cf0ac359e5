// Texts that no person writes are read in a time that grows with them alone: each of these took ten seconds and more, or is next to one that did.
import { expect, it } from 'vitest';
import { readPasted } from './readPasted.ts';

it.each([
  ['a comma and a hundred thousand blanks', `[1,${' '.repeat(1e5)}x`],
  ['a hundred thousand numbers with points', '1.'.repeat(1e5)],
  ['a dotted name of sixty thousand parts', `${'a.b.'.repeat(3e4)}Error: x`],
  ['two hundred thousand letters', 'a'.repeat(2e5)],
  ['a hundred thousand blanks', ' '.repeat(1e5)],
  ['a hundred thousand brackets', '['.repeat(1e5)],
  ['brackets that close', '['.repeat(1e5) + ']'.repeat(1e5)],
  [
    'aliases of aliases',
    `a: &a [x]\n${Array.from({ length: 40 }, (_, i) => `b${i}: &b${i} [*${i ? `b${i - 1}` : 'a'},*${i ? `b${i - 1}` : 'a'}]`).join('\n')}`,
  ],
])('%s', async (_, text) => {
  const read = await readPasted(text);
  expect(read.lineOf.length).toBeLessThanOrEqual(text.split('\n').length);
});

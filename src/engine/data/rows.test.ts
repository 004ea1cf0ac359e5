// Rows that are none are refused at their line, in few words, and what is taken can be written to a file again.
import { expect, it } from 'vitest';
import { parseRows } from './rows.ts';

it.each([
  ['a field that stands twice', '{"text":"a"}\n{"text":"a","text":"b"}', /line 2: .*"text" stands twice/],
  ['__proto__', '{"text":"a","__proto__":{"text":"b"}}', /line 1: .*__proto__/],
  ['a hundred thousand brackets', `{"text":${'['.repeat(1e5)}`, /line 1/],
  ['nesting that no row has', `{"text":${'['.repeat(1e5)}${']'.repeat(1e5)}}`, /nests deeper/],
  ['a text that is none', '{"text":{"toString":1}}', /`text` is not text/],
  [
    'fields of thirty kinds',
    JSON.stringify(Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`k${i}`, 1]))),
    /found the fields k0, k1/,
  ],
  [
    'fields of nine thousand kinds',
    JSON.stringify(Object.fromEntries(Array.from({ length: 9e3 }, (_, i) => [`k${i}`, 1]))),
    /at most 1000 columns/,
  ],
  [
    'a message of a megabyte',
    JSON.stringify({ messages: [{ role: 1, content: 'x'.repeat(1e6) }] }),
    /message 1 needs text/,
  ],
])('refuses %s', (_, text, words) => {
  let said = '';
  try {
    parseRows(text);
  } catch (error) {
    said = String(error);
  }
  expect(said).toMatch(words);
  expect(said.length).toBeLessThan(700);
});

it('makes half of a character whole', () => {
  expect(parseRows('{"text":"a\\ud83d"}\n{"text":"\ud800b"}\n[]'.slice(0, -3))).toEqual([
    { format: 'text', text: 'a\ufffd' },
    { format: 'text', text: '\ufffdb' },
  ]);
});

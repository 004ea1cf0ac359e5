// JSON from outside: what JavaScript's reader lets pass and no file may hold is refused, whatever stands around it.
import { expect, it } from 'vitest';
import { readJson } from './strictJson.ts';

it.each([
  ['a key that stands twice', '{"a":1,"b":{"a":2},"a":3}', /the key "a" stands twice/],
  ['a key written in two ways', '{"a":1, "\\u0061" : 2}', /stands twice/],
  ['__proto__', '{"a":[{"__proto__":{"b":1}}]}', /__proto__/],
  ['__proto__ in escapes', '{"\\u005f_proto__":1}', /__proto__/],
  ['a hundred thousand brackets', `${'['.repeat(1e5)}${']'.repeat(1e5)}`, /nests deeper than 64/],
  ['what is cut', '{"a":[1,', /JSON/],
])('refuses %s', (_, json, words) => {
  expect(readJson(json).problem?.en).toMatch(words);
});

it('takes what looks alike and is right', () => {
  const value = { a: '{"a":1,"a":2}', b: [{ a: 1 }, { a: 2 }], 'c"': '\\', d: ':' };
  expect(readJson(JSON.stringify(value, null, 2))).toEqual({ value, problem: null });
  const tokens = readJson('{"__proto__":1,"constructor":2}', { anyKey: true });
  expect(Object.entries(Object(tokens.value))).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
  ]);
});

it('makes half of a character a whole one', () => {
  expect(readJson('["\\ud800a","\ud800b","\\ud83d\\ude00"]').value).toEqual(['\ufffda', '\ufffdb', '😀']);
});

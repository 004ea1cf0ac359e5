// Lengths and headers, each with a sample that must be found and one that must not.
import { expect, test } from 'vitest';
import { checkHeaders, headerLines } from './headers.ts';
import { checkLengths, countLines, limitOf, longest } from './lengths.ts';

const lines = (path: string, count: number) => ({ path, text: 'x\n'.repeat(count) });

test('limits go by the kind of file', () => {
  expect([
    limitOf('a.ts'),
    limitOf('a.tsx'),
    limitOf('a.wgsl'),
    limitOf('a.test.ts'),
    limitOf('e2e/a.spec.ts'),
  ]).toEqual([300, 300, 150, 400, 400]);
  expect(limitOf('a.json')).toBeUndefined();
});

test('the last line counts once, with or without its newline', () => {
  expect([countLines(''), countLines('a'), countLines('a\n'), countLines('a\nb')]).toEqual([0, 1, 1, 2]);
});

test('a file at its limit passes, one line more fails', () => {
  expect(checkLengths([lines('a.ts', 300), lines('b.wgsl', 150), lines('c.test.ts', 400)], [])).toEqual([]);
  const over = checkLengths([lines('a.ts', 301), lines('b.wgsl', 151), lines('c.test.ts', 401)], []);
  expect(over.map((v) => v.file)).toEqual(['a.ts', 'b.wgsl', 'c.test.ts']);
});

test('a waiver holds for its file alone and must be needed', () => {
  const waiver = { check: 'length' as const, file: 'a.ts', reason: 'a table' };
  expect(checkLengths([lines('a.ts', 301)], [waiver])).toEqual([]);
  expect(checkLengths([lines('a.ts', 300)], [waiver])[0]?.message).toContain('does not need');
  expect(checkLengths([lines('a.ts', 301), lines('b.ts', 301)], [waiver]).map((v) => v.file)).toEqual([
    'b.ts',
  ]);
});

test('the longest come first', () => {
  expect(longest([lines('a.ts', 2), lines('b.ts', 9), lines('c.json', 99)], 1)).toEqual(['9 b.ts']);
});

test('headers are counted in either comment style', () => {
  expect([
    headerLines('// a\n// b\ncode'),
    headerLines('/* a\n b */\ncode'),
    headerLines('code'),
    headerLines('\n// a'),
  ]).toEqual([2, 2, 0, 0]);
  expect(headerLines('#!/usr/bin/env node\n// a\ncode')).toBe(1);
});

test('a file without a header, a vague name and an unowned note of work are found', () => {
  const found = (path: string, text: string) => checkHeaders([{ path, text }]).map((v) => v.message);
  // In two parts, or this file would be found itself.
  const todo = ['TO', 'DO'].join('');
  expect(found('src/a.ts', 'export const x = 1;\n')[0]).toContain('opens without a comment');
  expect(found('src/utils.ts', '// What.\n')[0]).toContain('fits anything');
  // The sentence that the check prints.
  expect(found('src/a.ts', `// What.\n// ${todo} later\n`)[0]).toContain('TODO names its issue');
  expect(found('src/a.ts', `// What.\n// ${todo}(#12): later\n`)).toEqual([]);
});

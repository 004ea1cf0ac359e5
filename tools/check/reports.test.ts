// Reports of the test runners: what counts as failed, what is named, and that the sum is the closing line.
import { expect, test } from 'vitest';
import { closingLine, fromViolations, skippedPart, total } from './outcome.ts';
import { tail } from './process.ts';
import { readBiome, readPlaywright, readVitest } from './reports.ts';

const vitestFile = (status: string, tests: [string, string][], message = '') => ({
  name: '/root/src/a.test.ts',
  status,
  message,
  assertionResults: tests.map(([fullName, s]) => ({
    fullName,
    status: s,
    failureMessages: s === 'failed' ? ['expected 1 to be 2'] : [],
  })),
});

test('Vitest: passed, failed with its message, skipped by name', () => {
  const file = vitestFile('failed', [
    ['a', 'passed'],
    ['b', 'failed'],
    ['c', 'skipped'],
    ['d', 'pending'],
    ['e', 'todo'],
  ]);
  const outcome = readVitest({ testResults: [file] }, '/root');
  expect(outcome).toMatchObject({ passed: 1, failed: 1, skipped: 3 });
  expect(outcome.failures[0]).toBe('src/a.test.ts > b\nexpected 1 to be 2');
  expect(outcome.skips).toEqual(['src/a.test.ts > c', 'src/a.test.ts > d', 'src/a.test.ts > e']);
});

test('Vitest: a file that does not load is a failure, also when it held no test yet', () => {
  expect(
    readVitest({ testResults: [vitestFile('failed', [], 'no such module')] }, '/root').failures[0],
  ).toContain('no such module');
});

test('a runner that ran nothing has failed', () => {
  expect(readVitest({ testResults: [] }, '/root').failed).toBe(1);
  expect(readPlaywright({ suites: [] }).failed).toBe(1);
});

test('a report of another shape is refused', () => {
  expect(() => readVitest({ tests: 3 }, '/root')).toThrow();
});

const spec = (title: string, status: string, annotations: object[] = []) => ({
  title,
  file: 'train.spec.ts',
  line: 7,
  tests: [
    {
      status,
      annotations,
      results: [
        { status, errors: status === 'unexpected' ? [{ message: '\u001b[31mno loss\u001b[0m' }] : [] },
      ],
    },
  ],
});

test('Playwright: nested suites, skips with their reason, a flaky test is a failure', () => {
  const nested = { suites: [{ specs: [spec('b', 'unexpected'), spec('c', 'flaky')] }] };
  const skipped = spec('d', 'skipped', [{ type: 'skip', description: 'no adapter' }]);
  const outcome = readPlaywright({ suites: [{ specs: [spec('a', 'expected'), skipped] }, nested] });
  expect(outcome).toMatchObject({ passed: 1, failed: 2, skipped: 1 });
  expect(outcome.failures[0]).toBe('train.spec.ts:7 > b [unexpected]\nno loss');
  expect(outcome.skips).toEqual(['train.spec.ts:7 > d (no adapter)']);
});

test('Biome: errors with their place, formatting in one line, warnings left out', () => {
  const output = `::error title=format,file=/root/src/a.ts,line=1,endLine=1,col=2,endColumn=2::File content differs from formatting output
::error title=format,file=/root/src/b.ts,line=1,endLine=1,col=2,endColumn=2::File content differs from formatting output
::error title=lint/suspicious/noExplicitAny,file=/root/src/a.ts,line=47,endLine=47,col=11,endColumn=18::Unexpected any: it hides errors.
::warning title=lint/x,file=/root/src/a.ts,line=1,endLine=1,col=1,endColumn=1::A warning.`;
  expect(readBiome(output, '/root')).toEqual([
    { file: 'npm run format', message: 'not formatted: src/a.ts, src/b.ts' },
    {
      file: 'src/a.ts',
      line: 47,
      message: 'Unexpected any: it hides errors. (lint/suspicious/noExplicitAny)',
    },
  ]);
  expect(readBiome('', '/root')).toEqual([]);
});

test('the closing line is the sum, alone and plain', () => {
  const parts = [
    fromViolations([]),
    fromViolations([
      { file: 'a', message: 'b' },
      { file: 'c', message: 'd' },
    ]),
    skippedPart('x'),
  ];
  expect(closingLine(total(parts))).toBe('1 passed, 1 failed, 1 skipped');
  expect(total(parts).failures).toEqual(['a  b', 'c  d']);
});

test('the tail of a long text says how much came before', () => {
  expect(tail('a\nb\nc\nd\n', 2)).toBe('… 2 lines before\nc\nd');
  expect(tail('a\nb\n', 2)).toBe('a\nb');
});

// Configurations, splits and files of a repository of rows, beside what `datasets` sees in the same folders; patterns of strangers in bounded time.
import { describe, expect, it } from 'vitest';
import golden from '../../../../tests/golden/data-splits.json';
import type { HubFile } from '../repositoryFile.ts';
import { globMatcher } from './glob.ts';
import { configsOf } from './splits.ts';

const file = (path: string): HubFile => ({ path, sizeBytes: 1, sha256: null, gitName: null });

describe('what `datasets` sees', () => {
  for (const [name, { readme, files, configs }] of Object.entries(golden.cases))
    it(name, async () => {
      const seen = await configsOf(readme, files.map(file));
      const plain = seen.map((config) => ({
        name: config.name,
        splits: config.splits.map(({ split, files: found }) => ({
          split,
          files: found.map(({ path }) => path),
        })),
      }));
      expect(plain).toEqual(configs);
    });
});

it('a README that is no YAML leaves it to the names', async () => {
  const [config] = await configsOf('---\nconfigs: [\n---\n', [file('test.csv')]);
  expect(config?.splits.map(({ split }) => split)).toEqual(['test']);
});

it('patterns: names, folders of any depth, classes, nothing else', () => {
  const fits = (pattern: string, path: string): boolean => globMatcher(pattern)(path);
  expect(fits('a*.jsonl', 'ab.jsonl')).toBe(true);
  expect(fits('a*.jsonl', 'a/b.jsonl')).toBe(false);
  expect(fits('**/b', 'b')).toBe(true);
  expect(fits('**/b', 'x/y/b')).toBe(true);
  expect(fits('**/b', 'x/yb')).toBe(false);
  expect(fits('x/**', 'x/y/z')).toBe(true);
  expect(fits('[!a]?', 'bc')).toBe(true);
  expect(fits('[!a]?', 'ac')).toBe(false);
  expect(fits('./a.b', 'a.b')).toBe(true);
  expect(fits('a.b', 'axb')).toBe(false);
});

it('a pattern that would make a matcher by trial run for ever is answered', () => {
  const path = 'a'.repeat(400);
  expect(globMatcher(`${'*a'.repeat(140)}b`)(path)).toBe(false);
  expect(globMatcher(`${'**a'.repeat(90)}`)(path)).toBe(true);
});

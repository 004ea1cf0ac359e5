// The list of files with git and without, and what is read off a syntax tree.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isTest, lineAt, listFiles, parseModule } from './sources.ts';

test('in an archive without git, ignored folders still do not count', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sources-'));
  try {
    for (const name of ['src/engine', 'src/models', 'models', 'node_modules/x', 'dist'])
      mkdirSync(join(folder, name), { recursive: true });
    for (const name of [
      'src/engine/a.ts',
      'src/models/e.ts',
      'models/f.ts',
      'node_modules/x/b.ts',
      'dist/c.js',
      'd.md',
      '.gitignore',
    ])
      writeFileSync(join(folder, name), '');
    writeFileSync(join(folder, '.gitignore'), 'node_modules/\ndist/\n/models/\n');
    expect(listFiles(folder)).toEqual(['.gitignore', 'd.md', 'src/engine/a.ts', 'src/models/e.ts']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every way to refer to a file is seen, with its line; comments and texts are not', () => {
  const text = `// import 'x.ts'
import type { A } from './a.ts';
import b from '../b.wgsl?raw';
export * from './c.ts';
const d = () => import('./d.ts');
const e = new URL('./e.ts', import.meta.url);
import 'react';
const s = "import './f.ts'";
`;
  const found = parseModule({ path: 'src/x/y.ts', text }).references.map((r) => [
    r.kind,
    r.target ?? r.specifier,
    r.line,
  ]);
  expect(found).toEqual([
    ['type', 'src/x/a.ts', 2],
    ['static', 'src/b.wgsl', 3],
    ['static', 'src/x/c.ts', 4],
    ['dynamic', 'src/x/d.ts', 5],
    ['url', 'src/x/e.ts', 6],
    ['static', 'react', 7],
  ]);
});

test('broken syntax is an error, not an empty file', () => {
  expect(() => parseModule({ path: 'a.ts', text: 'const = ;' })).toThrow('a.ts');
});

test('lines count from 1; tests are known by their path', () => {
  expect([lineAt('a\nb\nc', 0), lineAt('a\nb\nc', 2), lineAt('a\nb\nc', 4)]).toEqual([1, 2, 3]);
  expect(['src/a.test.ts', 'src/testing/a.ts', 'e2e/a.ts', 'src/test.ts'].map(isTest)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

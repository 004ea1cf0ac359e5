// Dead files, exports and packages are found; whatever something uses is not.
import { expect, test } from 'vitest';
import { parseModule } from './sources.ts';
import { checkUnused, entryPoints, exportedValues } from './unused.ts';

const found = (texts: Record<string, string>, packages: readonly string[] = []): string[] => {
  const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
  const modules = files.filter((f) => f.path.endsWith('.ts')).map(parseModule);
  return checkUnused(modules, files, ['src/main.ts'], packages).map((v) => `${v.file} ${v.message}`);
};

test('a file is needed when any kind of reference leads to it', () => {
  const texts = {
    'src/main.ts':
      "import './a.ts'; export * from './b.ts'; import('./c.ts'); new URL('./d.ts', import.meta.url); import k from './k.wgsl?raw';",
    'src/a.ts': '',
    'src/b.ts': "import type { E } from './e.ts';",
    'src/c.ts': '',
    'src/d.ts': '',
    'src/e.ts': 'export interface E {}',
    'src/k.wgsl': '',
  };
  expect(found(texts)).toEqual([]);
  expect(found({ ...texts, 'src/dead.ts': '', 'src/dead.wgsl': '' })).toHaveLength(2);
});

test('an export is needed when some file takes it by name, by namespace or as a whole', () => {
  const exports =
    'export const one = 1; export function two() {} export class Three {} export default 4; const x = 5; export { x as five };';
  expect(exportedValues(parseModule({ path: 'src/a.ts', text: exports })).map((e) => e.name)).toEqual([
    'one',
    'two',
    'Three',
    'default',
    'five',
  ]);
  const main = (text: string) => found({ 'src/main.ts': text, 'src/a.ts': exports }).length;
  expect(main("import './a.ts';")).toBe(5);
  expect(main("import { one, two as zwei } from './a.ts';")).toBe(3);
  expect(main("import four from './a.ts'; export { five } from './a.ts';")).toBe(3);
  expect(main("import * as a from './a.ts';")).toBe(0);
  expect(main("const a = await import('./a.ts');")).toBe(0);
});

test('exported types and destructured names', () => {
  const text =
    'export interface A {} export type B = 1; export type { A as C }; export const { d, e: [f] } = g;';
  expect(exportedValues(parseModule({ path: 'a.ts', text })).map((e) => e.name)).toEqual(['d', 'f']);
});

test('a package is needed when a file imports it or a part of it', () => {
  const texts = { 'src/main.ts': "import 'react'; import 'react-dom/client';" };
  expect(found(texts, ['react', 'react-dom', 'zod'])).toEqual([
    'package.json depends on zod, which no file imports.',
  ]);
});

test('entries are tests, configuration and what package.json or the page names', () => {
  const paths = [
    'src/a.ts',
    'src/a.test.ts',
    'vite.config.ts',
    'tools/cli/train.ts',
    'tools/cli/print.ts',
    'src/ui/main.tsx',
  ];
  const entries = entryPoints(
    paths,
    'node tools/run.mjs tools/cli/train.ts',
    '<script src="/src/ui/main.tsx">',
  );
  expect(entries).toEqual(['src/a.test.ts', 'vite.config.ts', 'tools/cli/train.ts', 'src/ui/main.tsx']);
});

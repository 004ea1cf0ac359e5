// The check of look-ups finds a table of any key that is asked with a name, here and where it is imported, and lets be what is safe.
import { expect, it } from 'vitest';
import { checkLookups } from './lookups.ts';
import { parseModule } from './sources.ts';

const found = (files: Readonly<Record<string, string>>): readonly string[] =>
  checkLookups(Object.entries(files).map(([path, text]) => parseModule({ path, text }))).map(
    ({ file, line }) => `${file}:${line ?? 0}`,
  );
const table = 'export const table: Readonly<Record<string, number>> = { a: 1 };\n';

it('finds a name that is looked up in a table of any key', () => {
  expect(found({ 'src/engine/a.ts': `${table}export const at = (name: string) => table[name];\n` })).toEqual([
    'src/engine/a.ts:2',
  ]);
  expect(
    found({
      'src/engine/a.ts': table,
      'src/engine/b.ts':
        "import { table as all } from './a.ts';\nexport const at = (name: string) => all[name] ?? 0;\n",
    }),
  ).toEqual(['src/engine/b.ts:2']);
  const made =
    'const table: Record<string, number> = Object.fromEntries([]);\nexport const f = (k: string) => table[`x${k}`];\n';
  expect(found({ 'src/engine/a.ts': made })).toEqual(['src/engine/a.ts:2']);
});

it('lets be a key that is written there, one of its own type, a Map, and a table that is asked first', () => {
  expect(
    found({
      'src/engine/a.ts': `${table}export const a = table['a'] ?? table[\`b\`];
const closed: Readonly<Record<'a' | 'b', number>> = { a: 1, b: 2 };
export const b = (key: 'a' | 'b') => closed[key];
const map: ReadonlyMap<string, number> = new Map();
export const c = (key: string) => map.get(key);
export const d = (key: string) =>
  Object.hasOwn(table, key) ? table[key] : undefined;
`,
      'src/engine/a.test.ts': `${table}export const at = (name: string) => table[name];\n`,
    }),
  ).toEqual([]);
});

// The script makes the rows that the page trains: its own part that loads them was run with the real library (tests/golden/data-rows.json).
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseRows } from '../../data/rows.ts';
import { rowCases, writtenCase } from '../../testing/rowCases.ts';

const golden: {
  readonly cases: Readonly<Record<string, { readonly source: string; readonly rows: readonly object[] }>>;
} = JSON.parse(readFileSync('tests/golden/data-rows.json', 'utf8'));

it.each(Object.entries(rowCases))('%s', async (name, one) => {
  const { source, rows } = await writtenCase(one);
  const made = golden.cases[name];
  expect(source).toBe(made?.source);
  expect(rows).toEqual(parseRows(made?.rows.map((row) => JSON.stringify(row)).join('\n') ?? ''));
});

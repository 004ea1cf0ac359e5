// What from_pretrained takes by name against transformers itself (tests/golden/loader.json), one argument at a time.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { notTakenByLoader } from './loaderArguments.ts';
import { stackOf, stacks } from './stacks.ts';

const golden: Readonly<Record<string, Readonly<Record<string, string | null>>>> = JSON.parse(
  readFileSync('tests/golden/loader.json', 'utf8'),
);
/** Taken by single releases, and by position in the oldest: nobody's script has them. */
const leftOut: readonly string[] = ['tp_plan', 'code_revision'];

it.each(stacks.filter(({ id }) => id in golden).map(({ id }) => id))('%s', (id) => {
  const asked = Object.entries(golden[id] ?? {}).filter(([name]) => !leftOut.includes(name));
  const refused = asked.flatMap(([name, error]) => (error === null ? [] : [name]));
  expect(refused.length).toBeGreaterThan(1);
  for (const name of refused) expect(golden[id]?.[name]).toContain(`unexpected keyword argument '${name}'`);
  const { transformers } = stackOf(id);
  expect(asked.flatMap(([name]) => (notTakenByLoader([name], transformers) === null ? [] : [name]))).toEqual(
    refused,
  );
});

it('every transformers of the stacks was asked', () => {
  const asked = new Set(stacks.filter(({ id }) => id in golden).map(({ transformers }) => transformers));
  expect(stacks.map(({ transformers }) => transformers).filter((one) => !asked.has(one))).toEqual([]);
});

// Rows that are told in another way than questions are asked, and only those, are said to be.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { defaultValues } from '../recipe/recipe.ts';
import { dataOptions } from './options.ts';
import { prepareData } from './prepareData.ts';
import { parseRows } from './rows.ts';
import { Tokenizer } from './tokenizer.ts';

const file = (name: string) => JSON.parse(readFileSync(`public/model/${name}.json`, 'utf8'));
const config = file('tokenizer_config');
const { chat_template: _, ...bare } = config;
const askedOtherwise = (row: object, settings = config): boolean =>
  prepareData(
    { name: 'x', rows: parseRows(JSON.stringify(row)), loaded: null, prompts: [] },
    new Tokenizer(file('tokenizer'), settings),
    dataOptions(defaultValues),
  ).summary.askedOtherwise;

it('is said of plain prompts and completions under a chat template alone', () => {
  const turn = (role: string, content: string) => [{ role, content }];
  expect(askedOtherwise({ prompt: 'Who?', completion: 'Mara.' })).toBe(true);
  expect(askedOtherwise({ prompt: 'Who?', completion: 'Mara.' }, bare)).toBe(false);
  expect(askedOtherwise({ prompt: turn('user', 'Who?'), completion: turn('assistant', 'Mara.') })).toBe(
    false,
  );
  expect(askedOtherwise({ text: 'Mara looks after the bakery.' })).toBe(false);
});

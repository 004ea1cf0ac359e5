// A tokenizer without a pad token fills rows with the end of a text, which is said; the end itself is learnt all the same.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { defaultValues } from '../recipe/recipe.ts';
import { dataOptions } from './options.ts';
import { prepareData } from './prepareData.ts';
import { parseRows } from './rows.ts';
import { Tokenizer } from './tokenizer.ts';

const file = (name: string) => JSON.parse(readFileSync(`public/model/${name}.json`, 'utf8'));
const { pad_token: _, ...config } = file('tokenizer_config');
const rows = parseRows('{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}');
const prepared = (tokenizer: Tokenizer) =>
  prepareData({ name: 'x', rows, loaded: null, prompts: [] }, tokenizer, dataOptions(defaultValues));

it('says so of a tokenizer without a pad token, and of no other', () => {
  const bare = new Tokenizer(file('tokenizer'), config);
  const { summary, split } = prepared(bare);
  expect(bare.padId).toBe(bare.eosId);
  expect(summary.notes.map(({ en }) => en).join()).toMatch(/no pad token.*by position, not by id/);
  expect(split.train[0]?.labels).toContain(bare.eosId);
  const own = new Tokenizer(file('tokenizer'), file('tokenizer_config'));
  expect(prepared(own).summary.notes).toEqual([]);
});

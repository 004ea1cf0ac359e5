// Rows in any script are shown as they were written: no character falls apart into the tokens that it takes.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultValues } from '../recipe/recipe.ts';
import { dataOptions } from './options.ts';
import { prepareData } from './prepareData.ts';
import { previewTokens } from './previewTokens.ts';
import { parseRows } from './rows.ts';
import { Tokenizer } from './tokenizer.ts';

const file = (name: string) => JSON.parse(readFileSync(`public/model/${name}.json`, 'utf8'));
const tokenizer = new Tokenizer(file('tokenizer'), file('tokenizer_config'));
const question = '船长在哪里？🚢';

const previewUnder = (maxLength: number) => {
  const rows = parseRows(JSON.stringify({ prompt: question, completion: '在港口 ⚓️。' }));
  const values = { ...defaultValues, 'train.max_length': maxLength };
  const [preview] = prepareData(
    { name: 'x', rows, loaded: null, prompts: [] },
    tokenizer,
    dataOptions(values),
  ).summary.preview;
  return preview;
};

describe('previewTokens', () => {
  it('shows Chinese and emoji whole, and counts their tokens', () => {
    const preview = previewUnder(256);
    const text = preview?.tokens.map((token) => token.text).join('');
    expect(text).toContain(question);
    expect(text).toContain('在港口 ⚓️。');
    expect(text).not.toContain('\uFFFD');
    expect(preview?.totalTokens).toBeGreaterThan(preview?.tokens.length ?? 0);
  });
  it('shows a character that max_length cuts as cut', () => {
    const ids = tokenizer.encode('在');
    expect(ids.length).toBeGreaterThan(1);
    const tokens = ids.map((id, i) => ({
      id,
      mask: i === 0 ? ('trained' as const) : ('truncated' as const),
    }));
    expect(previewTokens(tokens, tokenizer)).toEqual([{ text: '在', mask: 'truncated' }]);
  });
  it('keeps a U+FFFD that is the text’s own', () => {
    const ids = tokenizer.encode('a\uFFFDb');
    const tokens = ids.map((id) => ({ id, mask: 'trained' as const }));
    expect(
      previewTokens(tokens, tokenizer)
        .map(({ text }) => text)
        .join(''),
    ).toBe('a\uFFFDb');
  });
});

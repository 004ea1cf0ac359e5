// Pairs against TRL's own preparation (tests/golden/pairs.json): ids of both sides, the labels of completions, cuts, dropped rows; and
// refusals.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeBatch } from './batches.ts';
import type { PairObjective } from './pairs.ts';
import { tokenizePairs } from './pairs.ts';
import { parseRows } from './rows.ts';
import type { Sequence } from './tokenize.ts';
import { IGNORE, tokenizeRows } from './tokenize.ts';
import { Tokenizer } from './tokenizer.ts';

interface Case {
  readonly objective: PairObjective;
  readonly length: number;
  readonly rows: readonly object[];
  readonly prepared: readonly (readonly Sequence[])[];
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const golden: { readonly cases: readonly Case[] } = json('tests/golden/pairs.json');
const tokenizer = new Tokenizer(
  json('public/model/tokenizer.json'),
  json('public/model/tokenizer_config.json'),
);
const rowsOf = (rows: readonly object[]) => parseRows(rows.map((row) => JSON.stringify(row)).join('\n'));

describe('pairs as TRL prepares them', () => {
  it.each(golden.cases.map((one, i) => [`${i} ${one.objective}, max_length ${one.length}`, one] as const))(
    '%s',
    (_, { objective, length, rows, prepared }) => {
      const ours = tokenizePairs(rowsOf(rows), tokenizer, length, objective).map(
        ({ ids, labels, start = 0, rejected }) => [
          // ORPO's likelihood of the chosen row counts its prompt too; the pair's own labels begin at the completion.
          { ids, labels: labels.map((label, i) => (i >= start ? label : IGNORE)) },
          { ids: rejected?.ids, labels: rejected?.labels },
        ],
      );
      expect(ours).toEqual(prepared);
    },
  );
});

it('lays chosen rows before rejected ones, with the token that predicts each completion', () => {
  const [first] = golden.cases;
  if (!first) throw new Error('no case');
  const pairs = tokenizePairs(rowsOf(first.rows), tokenizer, 512, 'dpo').slice(0, 2);
  const batch = makeBatch(pairs, 0);
  expect(batch.rows).toBe(4);
  expect([...(batch.starts ?? [])]).toEqual([...pairs, ...pairs].map(({ start = 0 }) => start - 1));
  const { starts, labels, tokens } = batch;
  for (const row of [0, 1, 2, 3]) {
    const at = starts?.[row] ?? 0;
    expect(labels[row * tokens + at]).toBeGreaterThanOrEqual(0);
    expect(labels[row * tokens + at - 1]).toBe(IGNORE);
  }
});

describe('refusals', () => {
  const pair = '{"prompt":"a","chosen":"b","rejected":"c"}';
  it('names rows that are no pairs, and pairs that are no rows', () => {
    expect(() => tokenizePairs(parseRows('{"text":"a"}'), tokenizer, 64, 'dpo')).toThrow(
      /got rows with text/,
    );
    const options = { maxLength: 64, completionOnly: true, assistantOnly: true };
    expect(() => tokenizeRows(parseRows(pair), tokenizer, options)).toThrow(/Set train\.objective/);
  });
  it('names what a pair lacks', () =>
    expect(() => parseRows('{"prompt":"a","chosen":["b"],"rejected":"c"}')).toThrow(
      /must all be text or all lists/,
    ));
});

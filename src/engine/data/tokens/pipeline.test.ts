// Small tokenizers of every kind, trained by tokenizers, against it on 300 lines (tests/golden/tokenizers.json, vocabularies.json): ids, texts, and
// where in the line each token stands.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shaped } from '../../ground/shapeDecode.ts';
import type { Pipeline } from './pipeline.ts';
import { pipelineOf } from './pipeline.ts';
import { tokenizerJson } from './shapes.ts';

interface Cut {
  readonly ids: string;
  readonly tokens: number;
  readonly marked: readonly number[];
  readonly decoded: string;
  readonly skipped: string;
  readonly places: string;
}

interface Golden {
  readonly kinds: Readonly<Record<string, Cut & { readonly json: Readonly<Record<string, unknown>> }>>;
  readonly splits: readonly (Cut & {
    readonly preTokenizer: { readonly behavior: string; readonly invert: boolean };
  })[];
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const golden: Golden = json('tests/golden/tokenizers.json');
const lines: readonly string[] = json('tests/golden/vocabularies.json').lines.slice(0, 300);

const DIGITS = 4;
const differing = (made: readonly string[], digests: string): string[] =>
  lines.filter(
    (_, i) =>
      createHash('sha256')
        .update(made[i] ?? '')
        .digest('hex')
        .slice(0, DIGITS) !== digests.slice(i * DIGITS, (i + 1) * DIGITS),
  );

function made(from: unknown): Pipeline {
  const { value, misfit } = shaped(tokenizerJson, from);
  if (misfit) expect.unreachable(`${misfit.en}`);
  return pipelineOf(value);
}

/** What a normalizer joins or takes away: here a token stands for all of it, there for the first or the next character. */
const JOINED = /[\p{M}\u1100-\u11FF\u200B]/u;

/** UTF-16 units as Python counts characters. */
const characters = (line: string, units: number): number => [...line.slice(0, units)].length;

function expectAs(pipeline: Pipeline, cut: Cut): void {
  const placed = lines.map((line) => pipeline.encodePlaced(line));
  const ids = lines.map((line) => pipeline.encode(line));
  expect(differing(ids.map(String), cut.ids)).toEqual([]);
  expect(ids.flat().length).toBe(cut.tokens);
  expect(placed.map((tokens) => tokens.map(({ id }) => id))).toEqual(ids);
  const { before, after } = pipeline.around;
  expect([...before, ...pipeline.encode('hi'), ...after]).toEqual(cut.marked);
  expect(
    differing(
      ids.map((each) => pipeline.decode(each, false)),
      cut.decoded,
    ),
  ).toEqual([]);
  expect(
    differing(
      ids.map((each) => pipeline.decode(each, true)),
      cut.skipped,
    ),
  ).toEqual([]);
  const places = placed.map((tokens, i) =>
    tokens.map(({ start, end }) => `${characters(lines[i] ?? '', start)}-${characters(lines[i] ?? '', end)}`),
  );
  expect(differing(places.map(String), cut.places).filter((line) => !JOINED.test(line))).toEqual([]);
}

describe('a tokenizer', () => {
  it.each(Object.entries(golden.kinds))('of %s', (_, kind) => expectAs(made(kind.json), kind));
});

describe('white space, commas and numbers', () => {
  const plain = golden.kinds['words with a prefix']?.json;
  it.each(golden.splits.map((cut) => [cut.preTokenizer.behavior, cut.preTokenizer.invert, cut] as const))(
    'split as %s (inverted: %s)',
    (_, __, cut) => expectAs(made({ ...plain, pre_tokenizer: cut.preTokenizer }), cut),
  );
});

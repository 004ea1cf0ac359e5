// The seeded short form of `npm run fuzz`: every reader on its corpus, the smallest inputs that ever broke it among them, and on some mutations.
// Who hangs is seen by the command, which watches another thread.
import { describe, expect, it } from 'vitest';
import { found } from './found.ts';
import { inputOf, shown } from './inputs.ts';
import type { Reader } from './reader.ts';
import { asText, judge } from './reader.ts';
import { readers } from './readers/all.ts';
import { cutText, shrunk } from './shrink.ts';

const MUTATIONS = 15;

it('knows the readers of what was found', () => {
  const names = readers.map(({ name }) => name);
  expect([...found.keys()].filter((name) => !names.includes(name))).toEqual([]);
  expect(names.length).toBeGreaterThanOrEqual(20);
});

it.each(readers.map((reader) => [reader.name, reader] as const))('%s', async (_, reader) => {
  let accepted = 0;
  const breaches: string[] = [];
  for (let index = 0; index < reader.corpus.length + MUTATIONS; index++) {
    const input = inputOf(reader, 1, index);
    const { verdict, breach } = await judge(reader, input);
    if (verdict === 'accepted') accepted += 1;
    if (breach !== null) breaches.push(`${breach} ${shown(input)}`);
  }
  expect(breaches).toEqual([]);
  // A reader that refuses all is none.
  expect(accepted).toBeGreaterThan(0);
});

describe('the fuzz itself', () => {
  const bad: Reader = {
    name: 'bad',
    corpus: ['abcdefgh'],
    mutate: asText,
    read: (input) => {
      if (String(input).includes('f')) throw new TypeError('an f');
      return input;
    },
    forbids: (input) => (String(input).startsWith('x') ? 'an x' : null),
  };

  it('tells another exception and what is accepted against the format, and makes them small', async () => {
    const judged = await judge(bad, 'abcdefgh');
    expect(judged).toMatchObject({ verdict: 'broken', breach: expect.stringMatching(/^TypeError: an f/) });
    expect(await judge(bad, 'xyz')).toEqual({ verdict: 'broken', breach: 'accepted an x' });
    const fails = async (input: string) => (await judge(bad, input)).breach === judged.breach;
    expect(await shrunk('abcdefgh', cutText, fails)).toBe('f');
  });

  it('makes the same inputs of the same seed, and others of another', () => {
    const of = (seed: number) => Array.from({ length: 20 }, (_, i) => inputOf(bad, seed, i));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });
});

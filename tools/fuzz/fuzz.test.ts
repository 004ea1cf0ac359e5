// The seeded short form of `npm run fuzz`: every reader on its corpus, the smallest inputs that ever broke it among them, and on some mutations.
// Who hangs is seen by the command, which watches another thread.
import { describe, expect, it, vi } from 'vitest';
import { UserError } from '../../src/engine/ground/errors.ts';
import { MOST_QUOTED } from '../../src/engine/ground/quote.ts';
import { found } from './found.ts';
import { main } from './fuzz.ts';
import { inputOf, shown, tried } from './inputs.ts';
import type { Reader } from './reader.ts';
import { asText, judge, MOST_BUFFER_MIB } from './reader.ts';
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

  const refusing = (data: object): Reader => ({
    ...bad,
    read: () => {
      throw new UserError('a-code', { en: ['a', 'b'], zh: ['a', 'b'] }, data);
    },
  });

  it('holds what an error quotes to what docs/security.md promises, wherever it stands', async () => {
    const long = 'x'.repeat(MOST_QUOTED + 1);
    const most = 'x'.repeat(MOST_QUOTED);
    const breach = `a-code quotes more than ${MOST_QUOTED} characters`;
    expect(await judge(refusing({ got: most, list: [{ at: most }] }), 'a')).toMatchObject({ breach: null });
    expect(await judge(refusing({ got: long }), 'a')).toMatchObject({ breach });
    expect(await judge(refusing({ list: [{ at: long }] }), 'a')).toMatchObject({ breach });
    expect(await judge(refusing({ cause: { en: long, zh: long } }), 'a')).toMatchObject({ breach: null });
  });

  it('holds the bytes that one input takes', async () => {
    const taken: Uint8Array[] = [];
    const reader: Reader = {
      ...bad,
      read: () => taken.push(new Uint8Array(MOST_BUFFER_MIB * 2 ** 20 + 1)),
    };
    expect(await judge(reader, 'a')).toMatchObject({ breach: expect.stringContaining('of buffers') });
  });

  it('beats before every judgement, and tells of a breach before it is made small', async () => {
    const told: string[] = [];
    const telling = { beat: () => void told.push('beat'), met: () => void told.push('met') };
    const { finding } = await tried(bad, 1, 0, new Set(), telling);
    expect(finding?.input).toBe('"f"');
    expect(told.slice(0, 3)).toEqual(['beat', 'met', 'beat']);
    expect(told.length).toBeGreaterThan(5);
  });

  it.each([
    ['--inputs', '0'],
    ['--seconds', 'x'],
    ['--seed', '-1'],
  ])('refuses %s %s', async (...args) => {
    const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    try {
      expect(await main([args.join('=')])).toBe(2);
      expect(err.mock.calls.join('')).toContain(args[0]);
    } finally {
      err.mockRestore();
    }
  });

  it('takes a backslash before a u for no half of a character', async () => {
    const rows = readers.find(({ name }) => name === 'rows');
    expect(rows && (await judge(rows, '{"text":"\\\\ud800"}'))).toEqual({
      verdict: 'accepted',
      breach: null,
    });
  });

  it('makes the same inputs of the same seed, and others of another', () => {
    const of = (seed: number) => Array.from({ length: 20 }, (_, i) => inputOf(bad, seed, i));
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });
});

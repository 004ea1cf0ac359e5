// The lists of what changed between releases: in order, each value told apart from the one before, and run by some stack or
// named here with the reason why none has it.
import { describe, expect, it } from 'vitest';
import type { Since } from '../since.ts';
import { entryAt, valueAt } from '../since.ts';
import { spellings } from '../spelling.ts';
import { stackOf, stacks } from '../stacks.ts';
import type { Library } from '../version.ts';
import { compareVersions } from '../version.ts';
import { behaviour, rules } from './behaviours.ts';

interface List {
  readonly library: Library;
  readonly since: Since<unknown>;
}
const lists: readonly (readonly [string, List])[] = [...Object.entries(rules), ...Object.entries(spellings)];

/** Releases that no stack has: what they do was read in their source. */
const between: Readonly<Record<string, string>> = {
  'preparesQuantised 0': 'PEFT before 0.5, the oldest of any stack',
  'wrapsQuantised 0': 'PEFT before 0.5, the oldest of any stack',
  'loraConfigLacks 0.8': 'PEFT 0.8 alone: use_rslora is there, use_dora not yet',
  'checkpointWarning 0': 'torch before 2.1, the oldest of any stack',
};

const entriesOf = ([key, { since }]: readonly [string, List]) =>
  since.map((entry) => [`${key} ${entry[0]}`, entry] as const);

describe('lists', () => {
  it.each(lists)('%s: oldest first, each with its source', (_key, { since }) => {
    expect(since[0][0]).toBe('0');
    for (const [at, [from, value, source]] of since.entries()) {
      expect(source.length).toBeGreaterThan(5);
      const before = since[at - 1];
      if (!before) continue;
      expect(compareVersions(before[0], from)).toBeLessThan(0);
      expect(value).not.toEqual(before[1]);
    }
  });

  it('each value is that of some stack, or between two', () => {
    const run = new Set(
      lists.flatMap(([, { library, since }]) => stacks.map((stack) => entryAt(since, stack[library]))),
    );
    const unreached = lists.flatMap(entriesOf).filter(([, entry]) => !run.has(entry));
    expect(unreached.map(([name]) => name)).toEqual(Object.keys(between));
  });
});

describe('versions', () => {
  it('compares numbers, not text', () => {
    expect(compareVersions('0.9', '0.10')).toBeLessThan(0);
    expect(compareVersions('5', '5.0.0')).toBe(0);
  });

  it('a value holds from its release to the next', () => {
    const since: Since<string> = [
      ['0', 'a', 'test'],
      ['0.20', 'b', 'test'],
      ['0.23.1', 'c', 'test'],
    ];
    const found = ['0.0.1', '0.9', '0.20', '0.23.0', '0.23.1', '1'].map((version) => valueAt(since, version));
    expect(found).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  it('names an unknown stack and what is known', () => {
    expect(() => stackOf('trl-9')).toThrow(/expected one of trl-0\.7\.1, .*, got 'trl-9'/);
  });

  it('each point asks its own library', () => {
    const mixed = { ...stackOf('trl-0.7.1'), peft: '0.21.2' };
    expect(behaviour(mixed, 'noMatchError')).toBe('NoMatchingPeftModuleError');
    expect(behaviour(mixed, 'sftConfigOnPeftModel')).toBe('ignores');
    expect(behaviour(mixed, 'addAdapter')).toBe('missing');
  });
});

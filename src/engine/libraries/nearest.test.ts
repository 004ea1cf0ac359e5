// Which modelled release stands for one that no stack has, and the table of dates that decides it.
import { describe, expect, it } from 'vitest';
import { nearestVersion } from './nearest.ts';
import { releasesOf } from './releases.ts';
import { stacks } from './stacks.ts';
import { compareVersions } from './version.ts';

describe('releases', () => {
  it.each(['transformers', 'peft', 'trl', 'torch', 'bitsandbytes', 'accelerate'] as const)(
    '%s: in order of the version, with dates',
    (library) => {
      const releases = releasesOf(library);
      for (const [at, { version, date }] of releases.entries()) {
        expect(date).toMatch(/^202\d-[01]\d-[0-3]\d$/);
        const before = releases[at - 1];
        if (before) expect(compareVersions(before.version, version)).toBeLessThan(0);
      }
      const known = new Set(releases.map(({ version }) => version));
      for (const stack of stacks) {
        const version = library === 'accelerate' ? null : stack[library];
        if (version !== null) expect(known).toContain(version);
      }
    },
  );
});

describe('nearest', () => {
  it.each([
    ['trl', '0.20.0', '0.20.0'],
    ['trl', '0.20', '0.20.0'],
    ['trl', '0.23.2', '0.23.1'],
    ['trl', '0.22.0', '0.22.2'],
    ['trl', '0.25.1', '0.26.2'],
    ['trl', '0.4.7', '0.7.1'],
    ['trl', '9.9', '1.16.0'],
    ['transformers', '4.33.0', '4.31.0'],
    ['transformers', '4.40.2', '4.41.2'],
    ['peft', '0.4.0', '0.5.0'],
    ['peft', '0.18.1', '0.18.0'],
  ] as const)('%s %s is as %s', (library, version, expected) => {
    const known = [...new Set(stacks.map((stack) => stack[library]))];
    expect(nearestVersion(library, version, known)).toBe(expected);
  });
});

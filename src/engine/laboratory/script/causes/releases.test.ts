// What is said of arguments that came or went, held to the signatures of every stack: the last release before, and the first since.
import { describe, expect, it } from 'vitest';
import { signaturesFor } from '../../../libraries/signatures/signatures.ts';
import { stacks } from '../../../libraries/stacks.ts';
import { compareVersions } from '../../../libraries/version.ts';
import { signaturesOf } from '../../../python/program/signatures.ts';
import { came } from '../findings/entries/arguments.ts';
import { moves } from './argumentCauses.ts';

type Library = 'trl' | 'transformers' | 'peft';
interface Said {
  readonly callee: string;
  readonly argument: string;
  readonly kind: 'gone' | 'came';
  readonly library: Library;
  readonly release: string;
}

const ofCauses = Object.entries(moves).flatMap(([argument, list]) =>
  list.flatMap(({ release: said }) =>
    said ? said.callees.map((callee): Said => ({ ...said, callee, argument })) : [],
  ),
);

const ofFindings = [
  ...came
    .filter(([of]) => !of.test('any'))
    .map(
      ([, argument, library, release]): Said => ({
        callee: 'peft.LoraConfig',
        argument,
        kind: 'came',
        library,
        release,
      }),
    ),
];

describe('a release that is named', () => {
  it.each([...ofCauses, ...ofFindings])(
    '$argument of $callee: $kind with $library $release',
    async ({ callee, argument, kind, library, release }) => {
      const takes: { version: string; has: boolean }[] = [];
      for (const { transformers, peft, trl, torch, bitsandbytes } of stacks) {
        const versions = { transformers, peft, trl, torch, bitsandbytes };
        const parameters = signaturesOf(await signaturesFor(versions)).of(callee);
        if (!parameters?.parameters) continue;
        const has =
          parameters.renamed.has(argument) || parameters.parameters.some(({ name }) => name === argument);
        takes.push({ version: versions[library], has });
      }
      takes.sort((a, b) => compareVersions(a.version, b.version));
      const before = takes.findLast(({ version }) => compareVersions(version, release) < 0);
      const since = takes.find(({ version }) => compareVersions(version, release) >= 0);
      expect([before?.has, since?.has]).toEqual(kind === 'gone' ? [true, false] : [false, true]);
    },
  );
});

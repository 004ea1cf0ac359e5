// Trainers and their settings take the arguments that the release at hand takes, whether what they do is modelled or not: cases 65 of
// tests/golden/wiring/cases-<stack>.json, which stop at the binding.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { signaturesFor } from '../../libraries/signatures/signatures.ts';
import { stackOf, stacks } from '../../libraries/stacks.ts';
import { benchConfig } from '../../testing/goldenBench.ts';
import { signaturesOf } from '../program/signatures.ts';
import { Machine } from './machine.ts';
import { modelsOf } from './wire.ts';

interface Cases {
  readonly cases: Readonly<Record<string, { readonly error: string | null }>>;
}

/** Stacks whose case files were not run again since the cases 65 came. */
const notAsked: readonly string[] = ['trl-1.9.0'];

it.each(stacks.flatMap(({ id }) => (notAsked.includes(id) ? [] : [id])))(
  '%s: arguments of trainers and their settings',
  async (id) => {
    const { cases }: Cases = JSON.parse(readFileSync(`tests/golden/wiring/cases-${id}.json`, 'utf8'));
    const signatures = signaturesOf(await signaturesFor(stackOf(id)));
    const asked = Object.entries(cases).flatMap(([title, { error }]) => {
      const [, name, argument] = /^65 (\w+)\((\w+)=1\)$/.exec(title) ?? [];
      return name === undefined || argument === undefined ? [] : [{ title, name, argument, error }];
    });
    expect(asked.length).toBeGreaterThan(30);
    const ours = asked.map(({ title, name, argument }) => {
      const missing = signatures.missing(`trl.${name}`);
      if (missing !== null) return [title, missing];
      const machine = new Machine({ stack: stackOf(id), models: modelsOf(benchConfig), signatures });
      const call = { line: 1, callee: `trl.${name}`, receiver: null, args: [], kwargs: { [argument]: 1 } };
      const error = machine.replay([call]);
      const bound = error?.type === 'TypeError' && error.message.includes('__init__() ');
      return [title, bound ? `${error.type}: ${error.message}` : null];
    });
    expect(ours).toEqual(asked.map(({ title, error }) => [title, error]));
  },
);

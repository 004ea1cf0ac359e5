// The short form of rules for an error that says in words of its own what is wrong: a pattern, its meaning, few causes.

import type { Text } from '../../../ground/text.ts';
import { text } from '../../../ground/text.ts';
import type { Signs, SymptomRule, WeighedCause } from './cause.ts';

export const cause = (id: string, weight: number, en: string, zh: string, tells: Text): WeighedCause => ({
  id,
  cause: text(en, zh),
  tells,
  weight: () => weight,
});

export interface Plain {
  readonly id: string;
  readonly pattern: RegExp;
  readonly says: Text;
  readonly causes: (signs: Signs) => readonly WeighedCause[];
}

export const ruleOf = ({ id, pattern, says, causes }: Plain): SymptomRule => ({
  id,
  fits: ({ error }) => pattern.test(error),
  says: () => says,
  causes,
});

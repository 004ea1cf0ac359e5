// The shape of one doctor entry: when it applies, what it says, which repairs it proposes. Proposals are tried before
// they are offered (diagnose.ts); an entry never claims that one works.

import type { Text } from '../../ground/settings/setting.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import type { DoctorFacts } from './facts.ts';

export interface Proposal {
  /** As a person would write it in Python. */
  readonly code: string;
  readonly why: Text;
  readonly patch: RecipePatch;
}

export interface DoctorEntry {
  /** Stable; used in documents and by the command line. */
  readonly id: string;
  readonly match: (facts: DoctorFacts) => boolean;
  readonly cause: (facts: DoctorFacts) => Text;
  readonly evidence: (facts: DoctorFacts) => readonly Text[];
  readonly notTheCause: readonly Text[];
  /** Best fit first. */
  readonly proposals: (facts: DoctorFacts) => readonly Proposal[];
}

export const text = (en: string, zh: string): Text => ({ en, zh });
/** Code and figures that read the same in both languages. */
export const same = (words: string): Text => ({ en: words, zh: words });

export const notTargets = text(
  'target_modules (wrong names raise another error, at attach)',
  'target_modules（名称错误会在挂载时报另一个错误）',
);
export const not4bit = text('4-bit quantisation by itself', '4 位量化本身');

// The shape of one symptom and of what may stand behind it. Causes are named as the doctor names them where it knows them, so that a
// script pasted afterwards leads to the same entry.

import type { Text } from '../../../ground/text.ts';
import { compareVersions } from '../../../libraries/version.ts';
import type { Traceback } from '../../../python/paste/traceback.ts';

/** Releases that the text names; what it doesn't name is absent. */
export type SaidVersions = Readonly<
  Partial<Record<'transformers' | 'peft' | 'trl' | 'torch' | 'bitsandbytes', string>>
>;

export interface Signs {
  readonly traceback: Traceback;
  readonly versions: SaidVersions;
  /** `RuntimeError: element 0 …`, or ''. */
  readonly error: string;
  readonly has: (symptom: Traceback['symptoms'][number]['id']) => boolean;
  /** A frame whose file or function says so. */
  readonly passes: (pattern: RegExp) => boolean;
  /** `backward` was called by the person's own line. */
  readonly ownLoop: boolean;
}

export interface PossibleCause {
  /** The doctor's entry of that name, where there is one. */
  readonly id: string;
  readonly cause: Text;
  /** What would tell it from the others. */
  readonly tells: Text;
}

export interface WeighedCause extends PossibleCause {
  /** How likely it is beside the others; 0: the signs rule it out. */
  readonly weight: (signs: Signs) => number;
}

export interface SymptomRule {
  readonly id: string;
  readonly fits: (signs: Signs) => boolean;
  /** What the error or the log line means. */
  readonly says: (signs: Signs) => Text;
  readonly causes: (signs: Signs) => readonly WeighedCause[];
}

export const always = (weight: number) => (): number => weight;

/** Whether a release is `from` or later; of `0.4.0.dev0` the numbers count. */
export function isSince(version: string, from: string): boolean {
  const release = /^\d+(?:\.\d+)*/.exec(version)?.[0];
  return release !== undefined && compareVersions(release, from) >= 0;
}

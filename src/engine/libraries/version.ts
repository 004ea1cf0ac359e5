// Library versions as pip writes them. Release numbers only; no pre-releases, no wildcards.
import { invariant } from '../ground/errors.ts';

/** The libraries whose releases differ in what the wiring does. */
export type Library = 'transformers' | 'peft' | 'trl' | 'torch';

/** A release of each library. Any of them: a stack is one that was run. */
export interface Versions extends Readonly<Record<Library, string>> {
  /** null: bitsandbytes is not there. */
  readonly bitsandbytes: string | null;
}

const read = new Map<string, readonly number[]>();

/** Every rule compares versions, and there are few of them: each is read once. */
function parts(version: string): readonly number[] {
  const known = read.get(version);
  if (known) return known;
  const numbers = version.split('.').map(Number);
  invariant(
    numbers.length > 0 && numbers.every(Number.isInteger),
    `version '${version}' is not a release number`,
  );
  read.set(version, numbers);
  return numbers;
}

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`; missing parts count as 0. */
export function compareVersions(a: string, b: string): number {
  const left = parts(a);
  const right = parts(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

// One list for each thing that changed between releases of a library: what holds from the oldest on, then what holds since when.
// A value for any version, by construction.
import { compareVersions } from './version.ts';

/** `source`: file and function in which it was read, or the run that showed it. */
type Entry<From extends string, V> = readonly [from: From, value: V, source: string];

/** Oldest first; each holds until the next. */
export type Since<V> = readonly [first: Entry<'0', V>, ...later: readonly Entry<string, V>[]];

/** The entry that holds at a release. */
export function entryAt<V>(since: Since<V>, version: string): Since<V>[number] {
  let [found]: readonly [Since<V>[number], ...unknown[]] = since;
  for (const entry of since) if (compareVersions(version, entry[0]) >= 0) found = entry;
  return found;
}

export const valueAt = <V>(since: Since<V>, version: string): V => entryAt(since, version)[1];

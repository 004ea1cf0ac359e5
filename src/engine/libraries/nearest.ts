// Which modelled release stands for one that no stack has: that of the same minor version, else the one released nearest in time.
// Rules need it not (they hold from a release to the next); what was dumped of whole releases, such as signatures, does.
import { invariant } from '../ground/errors.ts';
import type { Released } from './releases.ts';
import { releasesOf } from './releases.ts';
import { compareVersions } from './version.ts';

const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.');

/** Days since 1970 of a release; of a number that was never released, those of the last one before it. */
export function dayOf(library: Released, version: string): number {
  const releases = releasesOf(library);
  const upTo = releases.filter((one) => compareVersions(one.version, version) <= 0);
  const { date } = upTo.at(-1) ?? releases[0] ?? { date: '2022-12-01' };
  return Date.parse(date) / 86_400_000;
}

/** The one of `known` that stands for `version`; of two equally near the older. */
export function nearestVersion(library: Released, version: string, known: readonly string[]): string {
  const exact = known.find((one) => compareVersions(one, version) === 0);
  if (exact !== undefined) return exact;
  const sameMinor = known.filter((one) => minorOf(one) === minorOf(version));
  const day = dayOf(library, version);
  const away = (one: string): number => Math.abs(dayOf(library, one) - day);
  const [nearest] = [...(sameMinor.length > 0 ? sameMinor : known)].sort(
    (a, b) => away(a) - away(b) || compareVersions(a, b),
  );
  invariant(nearest !== undefined, `no release of ${library} is known`);
  return nearest;
}

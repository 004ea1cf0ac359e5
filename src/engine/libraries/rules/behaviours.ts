// Looks up how releases behave at each point of difference.
import { valueAt } from '../since.ts';
import type { Library } from '../version.ts';
import { peftRules } from './peftRules.ts';
import type { BehaviourKey, Behaviours, Rule } from './rule.ts';
import { torchRules } from './torchRules.ts';
import { transformersRules } from './transformersRules.ts';
import { trlRules } from './trlRules.ts';

export const rules: { readonly [K in BehaviourKey]: Rule<Library, Behaviours[K]> } = {
  ...transformersRules,
  ...peftRules,
  ...trlRules,
  ...torchRules,
};

/** How these releases behave at one point: each point asks its own library. */
export function behaviour<K extends BehaviourKey>(
  versions: Readonly<Record<Library, string>>,
  id: K,
): Behaviours[K] {
  const { library, since } = rules[id];
  return valueAt(since, versions[library]);
}

// Looks up how a stack behaves at each point of difference.
import { valueAt } from '../since.ts';
import type { Library, Stack } from '../stacks.ts';
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

/** How `stack` behaves at one point. */
export function behaviour<K extends BehaviourKey>(stack: Stack, id: K): Behaviours[K] {
  const { library, since } = rules[id];
  return valueAt(since, stack[library]);
}

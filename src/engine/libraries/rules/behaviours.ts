// Looks up how a stack behaves: for each point of difference the one rule whose version range holds.
import { invariant } from '../../ground/errors.ts';
import type { Stack } from '../stacks.ts';
import { satisfies } from '../version.ts';
import { peftRules } from './peftRules.ts';
import type { BehaviourKey, Behaviours, Rule, RuleTable } from './rule.ts';
import { torchRules } from './torchRules.ts';
import { transformersRules } from './transformersRules.ts';
import { trlRules } from './trlRules.ts';

export const rules: RuleTable = { ...transformersRules, ...peftRules, ...trlRules, ...torchRules };

/** The rules that hold for a stack at one point of difference; exactly one unless the tables are wrong. */
export function rulesFor<K extends BehaviourKey>(stack: Stack, id: K): readonly Rule<K>[] {
  const candidates: readonly Rule<K>[] = rules[id];
  return candidates.filter((rule) => satisfies(stack[rule.library], rule.versions));
}

/** How `stack` behaves at one point. */
export function behaviour<K extends BehaviourKey>(stack: Stack, id: K): Behaviours[K] {
  const [rule, second] = rulesFor(stack, id);
  invariant(rule && !second, `rules: '${id}' needs exactly one rule for ${stack.id}`);
  return rule.value;
}

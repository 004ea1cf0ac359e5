// Neighbours on a tape that take fewer dispatches together than one after the other, as one node of the plan. Their values stay what they
// were; which neighbours those are is the operations' own business.
import type { Joined, KernelProfile, Operation, TapeNode } from './operation.ts';

/** Most nodes that are one behind the first. */
const MOST_FOLLOWING = 3;

/** Nodes as one, whose dispatches are `kernels`. */
function joined(nodes: readonly TapeNode[], last: TapeNode, { kernels, scratch }: Joined): TapeNode {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const operation: Operation = {
    name: nodes.map((node) => node.operation.name).join(', '),
    kernels: () => kernels,
    lower: 'kernels',
    scratch: (_, profile) =>
      scratch ?? nodes.flatMap((node) => node.operation.scratch?.(node, profile) ?? []),
    flops: () => nodes.reduce((sum, node) => sum + node.operation.flops(node), 0),
    backward: 'none',
    effect: nodes.some((node) => node.operation.effect === true),
  };
  return {
    ...last,
    operation,
    inputs: [...new Set(nodes.flatMap(({ inputs }) => inputs))].filter((input) => !made.has(input)),
    outputs: [...made],
    members: nodes,
  };
}

/** Nodes from one on that may join, by their indices: those that stand aside are left out, and end it where one reads what another has just stored. */
function groupFrom(nodes: readonly TapeNode[], from: number): number[] {
  const group: number[] = [];
  let stored = false;
  for (let at = from; at < nodes.length && group.length <= MOST_FOLLOWING; at += 1) {
    const aside = nodes[at]?.operation.aside;
    if (aside === undefined) group.push(at);
    if (aside === 'before' && stored) break;
    stored ||= aside === 'behind';
  }
  return group;
}

export function joinNodes(nodes: readonly TapeNode[], profile: KernelProfile): TapeNode[] {
  const result: TapeNode[] = [];
  let at = 0;
  while (at < nodes.length) {
    const first = nodes[at];
    if (!first) break;
    if (first.operation.aside) {
      result.push(first);
      at += 1;
      continue;
    }
    const [, ...indices] = groupFrom(nodes, at);
    const following = indices.flatMap((index) => nodes[index] ?? []);
    const together = first.operation.joins?.(first, following, profile) ?? null;
    const taken = following.slice(0, together?.taken ?? 0);
    const end = indices[taken.length - 1] ?? at;
    const aside = nodes.slice(at, end + 1).filter(({ operation }) => operation.aside);
    result.push(...aside.filter(({ operation }) => operation.aside === 'before'));
    result.push(together ? joined([first, ...taken], taken.at(-1) ?? first, together) : first);
    result.push(...aside.filter(({ operation }) => operation.aside === 'behind'));
    at = end + 1;
  }
  return result;
}

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

export function joinNodes(nodes: readonly TapeNode[], profile: KernelProfile): TapeNode[] {
  const result: TapeNode[] = [];
  let at = 0;
  while (at < nodes.length) {
    const [first, ...following] = nodes.slice(at, at + 1 + MOST_FOLLOWING);
    if (!first) break;
    const together = first.operation.joins?.(first, following, profile) ?? null;
    const taken = following.slice(0, together?.taken ?? 0);
    result.push(together ? joined([first, ...taken], taken.at(-1) ?? first, together) : first);
    at += 1 + taken.length;
  }
  return result;
}

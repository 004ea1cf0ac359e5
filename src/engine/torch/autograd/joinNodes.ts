// Neighbours on a tape that take fewer dispatches together than one after the other, as one node of the plan. Their values stay what they
// were; which neighbours those are is the operations' own business.
import type { KernelProfile, Operation, TapeNode } from './operation.ts';

/** Two nodes as one, by the first one's word. */
function joined(first: TapeNode, next: TapeNode, profile: KernelProfile): TapeNode | null {
  const together = first.operation.kernelsWith?.(first, next, profile);
  if (!together) return null;
  const operation: Operation = {
    name: `${first.operation.name}, ${next.operation.name}`,
    kernels: () => together,
    lower: 'kernels',
    flops: () => first.operation.flops(first) + next.operation.flops(next),
    backward: 'none',
    effect: first.operation.effect === true || next.operation.effect === true,
  };
  return {
    ...next,
    operation,
    inputs: [...first.inputs, ...next.inputs.filter((input) => !first.outputs.includes(input))],
    outputs: [...first.outputs, ...next.outputs],
  };
}

export function joinNodes(nodes: readonly TapeNode[], profile: KernelProfile): TapeNode[] {
  const result: TapeNode[] = [];
  for (let i = 0; i < nodes.length; i++) {
    const [first, next] = [nodes[i], nodes[i + 1]];
    const both = first && next ? joined(first, next, profile) : null;
    if (both) i += 1;
    if (first) result.push(both ?? first);
  }
  return result;
}

// Neighbours become one node where the first says so, and only there; values, effects and work are those of both.
import { expect, it } from 'vitest';
import type { KernelCall } from '../../../shaders/kernel.ts';
import { joinNodes } from './joinNodes.ts';
import type { KernelProfile, Operation, Ref, TapeNode } from './operation.ts';
import { Tape } from './tape.ts';

const profile: KernelProfile = { linear: 'narrow', maxBindingBytes: 2 ** 31 };
const many: KernelProfile = { ...profile, sums: 'workgroup' };
const together: KernelCall<Ref>[] = [];

const operation = (name: string, more: Partial<Operation> = {}): Operation => ({
  name,
  kernels: () => [],
  lower: 'kernels',
  flops: () => 3,
  backward: 'none',
  ...more,
});
const joins = operation('joins', {
  joins: (_, [next], { sums }) =>
    sums === 'workgroup' && next?.operation.name === 'ends' ? { kernels: together, taken: 1 } : null,
});
const [ends, other] = [operation('ends', { effect: true }), operation('other')];

function tapeOf(...operations: readonly Operation[]): readonly TapeNode[] {
  const tape = new Tape();
  let value = tape.leaf('x', [4], { kind: 'persistent', buffer: 'x', offset: 0 });
  for (const [i, one] of operations.entries()) {
    const [made] = tape.record({
      operation: one,
      inputs: [value],
      outputs: [{ name: `v${i}`, shape: [4] }],
      attributes: null,
      path: `node ${i}`,
    });
    value = made ?? value;
  }
  return tape.nodes;
}

const names = (nodes: readonly TapeNode[]): string[] => nodes.map((node) => node.operation.name);

it('joins what is next to each other, under the profile that asks for it', () => {
  const nodes = tapeOf(joins, ends, joins, other, joins);
  expect(names(joinNodes(nodes, profile))).toEqual(['joins', 'ends', 'joins', 'other', 'joins']);
  expect(names(joinNodes(nodes, many))).toEqual(['joins, ends', 'joins', 'other', 'joins']);
});

it('reads and writes what both did, and does the work of both', () => {
  const [both] = joinNodes(tapeOf(joins, ends), many);
  expect(both?.inputs.map(({ name }) => name)).toEqual(['x']);
  expect(both?.outputs.map(({ name }) => name)).toEqual(['v0', 'v1']);
  expect(both?.operation.effect).toBe(true);
  expect(both?.operation.flops(both)).toBe(6);
  expect(both?.operation.kernels(both, many)).toBe(together);
});

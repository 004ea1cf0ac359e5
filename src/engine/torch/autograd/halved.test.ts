// What rests in half precision between the passes on small tapes: which values, from when on, and where their nodes stand.
import { expect, it } from 'vitest';
import { applied, leaf } from '../../testing/toyOperation.ts';
import type { KernelProfile, Operation, TapeNode } from './operation.ts';
import { makePlan } from './plan.ts';
import { Tape } from './tape.ts';
import type { Value } from './value.ts';

const profile: KernelProfile = { linear: 'narrow', maxBindingBytes: 2 ** 20 };
const names = (nodes: readonly TapeNode[]): string[] =>
  nodes.map(({ operation, path }) => (operation.name === 'toy' ? path : operation.name));

/** a → b → c forward; then a node that reads b, and one that reads what that made. */
function passes(from: number): { tape: Tape; end: Value; b: Value } {
  const tape = new Tape();
  tape.halvesFrom = from;
  const a = applied(tape, 'a', [leaf(tape, 'x', true)], { shape: [100] });
  const b = applied(tape, 'b', [a], { shape: [101] });
  const c = applied(tape, 'c', [b], { shape: [100] });
  const end = tape.withRole('backward', () =>
    applied(tape, 'end', [applied(tape, 'reads b', [c, b], { shape: [100] })], { shape: [100] }),
  );
  return { tape, end, b };
}

it('rounds behind the last reader of the forward pass and gives back before the first of backward', () => {
  const { tape, end } = passes(0);
  const plan = makePlan(tape, profile, [end]);
  expect(names(plan.nodes)).toEqual([
    'a',
    'b',
    'c',
    'to_half',
    'to_half',
    'from_half',
    'from_half',
    'reads b',
    'end',
  ]);
  const words = plan.nodes.flatMap(({ operation, outputs }) => (operation.name === 'to_half' ? outputs : []));
  expect(words.map(({ shape }) => shape)).toEqual(expect.arrayContaining([[50], [51]]));
});

it('leaves alone what is little, what is kept to the end, and statistics', () => {
  const little = passes(805);
  expect(names(makePlan(little.tape, profile, [little.end]).nodes)).toEqual([
    'a',
    'b',
    'c',
    'reads b',
    'end',
  ]);
  const enough = passes(804);
  expect(names(makePlan(enough.tape, profile, [enough.end]).nodes)).toContain('to_half');
  const { tape, end, b } = passes(0);
  const kept = makePlan(tape, profile, [end, b]);
  expect(kept.nodes.filter(({ operation }) => operation.name === 'to_half')).toHaveLength(1);
});

it('keeps statistics whole', () => {
  const tape = new Tape();
  tape.halvesFrom = 0;
  const toy = (
    gradFns: readonly (string | null)[],
    name: string,
    inputs: readonly Value[],
  ): readonly Value[] =>
    tape.record({
      operation: { name: 'toy', kernels: () => [], lower: 'kernels', flops: () => 1, backward: () => [] },
      inputs,
      outputs: gradFns.map((gradFn, i) => ({ name: `${name}${i}`, shape: [100], gradFn })),
      attributes: null,
      path: name,
    });
  const [y, rstd] = toy(['ToyBackward0', null], 'norm', [leaf(tape, 'x', true)]);
  if (!y || !rstd) throw new Error('no values');
  const end = tape.withRole('backward', () => applied(tape, 'end', [y, rstd], { shape: [100] }));
  expect(names(makePlan(tape, profile, [end]).nodes)).toEqual(['norm', 'to_half', 'from_half', 'end']);
});

it('does not stand between neighbours that join', () => {
  const tape = new Tape();
  tape.halvesFrom = 0;
  const joining: Operation<null> = {
    name: 'first',
    kernels: () => [],
    lower: 'kernels',
    flops: () => 1,
    backward: () => [],
    joins: (_, [next]) => (next?.path === 'second' ? { kernels: [], taken: 1 } : null),
  };
  const x = applied(tape, 'x', [leaf(tape, 'in', true)], { shape: [100] });
  const [first] = tape.record({
    operation: joining,
    inputs: [x],
    outputs: [{ name: 'first', shape: [100], gradFn: 'ToyBackward0' }],
    attributes: null,
    path: 'first',
  });
  if (!first) throw new Error('no value');
  const second = applied(tape, 'second', [first], { shape: [100] });
  const end = tape.withRole('backward', () => applied(tape, 'end', [second, x], { shape: [100] }));
  expect(names(makePlan(tape, profile, [end]).nodes)).toEqual([
    'x',
    'first, toy',
    'to_half',
    'to_half',
    'from_half',
    'from_half',
    'end',
  ]);
});

it('makes again what is cheap, from what rests anyway', () => {
  const plan = (readsIn: boolean): readonly TapeNode[] => {
    const tape = new Tape();
    tape.halvesFrom = 0;
    const a = applied(tape, 'a', [leaf(tape, 'x', true)], { shape: [100] });
    const b = applied(tape, 'b', [a], { shape: [100], cheap: true });
    const c = applied(tape, 'c', [b], { shape: [100] });
    const end = tape.withRole('backward', () => {
      const first = applied(tape, 'reads b', [b], { shape: [100] });
      return applied(tape, 'end', readsIn ? [first, a] : [first, c], { shape: [100] });
    });
    return makePlan(tape, profile, [end]).nodes;
  };
  const again = plan(true);
  // `a` is given back for the second `b`, before anything else wants it.
  expect(names(again)).toEqual(['a', 'b', 'to_half', 'from_half', 'b', 'reads b', 'end']);
  const made = again
    .filter(({ operation, path }) => operation.name === 'toy' && path === 'b')
    .map(({ inputs, outputs }) => [inputs[0], outputs[0]]);
  expect(made[1]?.[0]).not.toBe(made[0]?.[0]);
  expect(made[1]?.[1]).not.toBe(made[0]?.[1]);
  expect(again.find(({ path }) => path === 'reads b')?.inputs[0]).toBe(made[1]?.[1]);
  // Nothing else in backward reads `a`: keeping it would take the room of `b`.
  expect(names(plan(false)).filter((name) => name === 'b')).toHaveLength(1);
});

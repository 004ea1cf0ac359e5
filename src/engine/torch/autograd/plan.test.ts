// The planner on small tapes: what is dropped, what shares room, what may not, and what is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { applied, leaf } from '../../testing/toyOperation.ts';
import type { KernelProfile } from './operation.ts';
import { makePlan } from './plan.ts';
import { Tape } from './tape.ts';
import type { Value } from './value.ts';

const profile: KernelProfile = { linear: 'narrow', maxBindingBytes: 2 ** 20 };

/** x → 0 → 1 → …, each reading the one before. */
function chain(length: number): { tape: Tape; values: Value[] } {
  const tape = new Tape();
  const values: Value[] = [];
  let at = leaf(tape, 'x', false);
  for (let i = 0; i < length; i++) {
    at = applied(tape, `v${i}`, [at]);
    values.push(at);
  }
  return { tape, values };
}

describe('makePlan', () => {
  it('runs only what reaches an effect or a value to keep', () => {
    const { tape, values } = chain(3);
    const [first, , last] = values;
    if (!first || !last) throw new Error('no values');
    applied(tape, 'unused', [first]);
    applied(tape, 'written', [first], { effect: true });
    expect(makePlan(tape, profile, [last]).nodes.map(({ path }) => path)).toEqual([
      'v0',
      'v1',
      'v2',
      'written',
    ]);
    expect(makePlan(tape, profile).nodes.map(({ path }) => path)).toEqual(['v0', 'written']);
    expect(makePlan(tape, profile, [last]).flops).toBe(4);
  });

  it('needs two slots for a chain of any length', () => {
    const { tape, values } = chain(9);
    const plan = makePlan(tape, profile, values.slice(-1));
    expect(plan.slotBytes).toEqual([256, 256]);
    expect(plan.slotOf.size).toBe(9);
  });

  it('grows the slot that is free rather than open another', () => {
    const tape = new Tape();
    const x = leaf(tape, 'x', false);
    const small = applied(tape, 'small', [x], { shape: [4] });
    const other = applied(tape, 'other', [small], { shape: [4] });
    const large = applied(tape, 'large', [other], { shape: [1000] });
    const plan = makePlan(tape, profile, [large]);
    expect([...plan.slotBytes].sort((a, b) => a - b)).toEqual([256, 4096]);
  });

  it('gives what is kept long no slot that larger values take turns in', () => {
    const tape = new Tape();
    const kept: Value[] = [];
    let at = leaf(tape, 'x', false);
    // As layers do under checkpointing: their inputs are kept, what they work on is let go.
    for (const layer of ['a', 'b', 'c', 'd']) {
      const wide = applied(tape, `${layer}.wide`, [at], { shape: [1000] });
      const next = applied(tape, `${layer}.next`, [wide], { shape: [1000] });
      at = applied(tape, layer, [next], { shape: [4] });
      kept.push(at);
    }
    // The last of the kept takes what nobody needs any more.
    expect(makePlan(tape, profile, kept).slotBytes).toEqual([4096, 4096, 256, 256, 256]);
  });

  it('lends an alias the room of what it names, as long as either is read', () => {
    const tape = new Tape();
    const base = applied(tape, 'base', [leaf(tape, 'x', false)]);
    const view = tape.leaf('view', [2], { kind: 'alias', of: base, offset: 2 });
    const between = applied(tape, 'between', [leaf(tape, 'y', false)]);
    const end = applied(tape, 'end', [view, between]);
    const { slotOf } = makePlan(tape, profile, [end]);
    expect(slotOf.has(view)).toBe(false);
    expect(slotOf.get(between)).not.toBe(slotOf.get(base));
  });

  it('takes the largest scratch of each slot over all nodes', () => {
    const tape = new Tape();
    const x = leaf(tape, 'x', false);
    applied(tape, 'a', [x], { effect: true, scratch: [100, 10] });
    applied(tape, 'b', [x], { effect: true, scratch: [10] });
    expect(makePlan(tape, profile).scratchBytes).toEqual([512, 256]);
  });

  it('refuses a value that no binding holds, by name and with what to do', () => {
    const tape = new Tape();
    applied(tape, 'logits', [leaf(tape, 'x', false)], { shape: [2 ** 18 + 1], effect: true });
    expect(() => makePlan(tape, profile)).toThrow(UserError);
    expect(() => makePlan(tape, profile)).toThrow(
      /'logits'.*needs 1048832 bytes.*at most 1048576.*smaller batch/,
    );
  });

  it('never lends one slot to two values that live at once', () => {
    // Node i reads up to three earlier values (a number is taken modulo how many there are).
    const nodes = fc.array(
      fc.record({
        reads: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
        size: fc.integer({ min: 1, max: 500 }),
        effect: fc.boolean(),
      }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(nodes, (made) => {
        const tape = new Tape();
        const values: Value[] = [leaf(tape, 'x', false)];
        for (const [i, { reads, size, effect }] of made.entries()) {
          const inputs = reads.flatMap((read) => values[read % values.length] ?? []);
          values.push(applied(tape, `v${i}`, inputs, { shape: [size], effect }));
        }
        const { nodes: run, slotOf, slotBytes } = makePlan(tape, profile);
        const held = new Map<number, Value>();
        run.forEach((node, at) => {
          for (const output of node.outputs) {
            const slot = slotOf.get(output) ?? -1;
            const before = held.get(slot);
            // Who had the slot is read no more, by this node neither.
            expect(before && run.slice(at).some(({ inputs }) => inputs.includes(before))).toBeFalsy();
            expect(slotBytes[slot]).toBeGreaterThanOrEqual(4 * (output.shape[0] ?? 0));
            held.set(slot, output);
          }
        });
      }),
      { numRuns: 200 },
    );
  });
});

// Which values that rest between the passes are made again in the backward pass rather than kept, where room is short: all that makes them is
// cheap, and what it reads is there anyway.
import type { Operation, TapeNode } from './operation.ts';
import type { Value } from './value.ts';
import { resolveAlias } from './value.ts';

export interface Kept {
  /** Index of the last node of the forward pass that touches it. */
  readonly lastForward: number;
  /** Index of the first node after it that does. */
  firstBackward: number;
}

const ownerOf = (value: Value): Value => resolveAlias(value).owner;

/** Indices of the nodes of the forward pass that write each planned value. */
function writersOf(nodes: readonly TapeNode[]): Map<Value, number[]> {
  const found = new Map<Value, number[]>();
  for (const [index, { role, outputs }] of nodes.entries())
    if (role === 'forward')
      for (const owner of new Set(outputs.map(ownerOf)))
        found.set(owner, [...(found.get(owner) ?? []), index]);
  return found;
}

/**
 * Of the values of `chosen` those that are made again, with the indices of the nodes that make them, in the order of the forward pass. What those
 * read is wanted as early as they are: `kept`, of all values that rest, is told.
 */
export function madeAgain(
  nodes: readonly TapeNode[],
  kept: ReadonlyMap<Value, Kept>,
  chosen: ReadonlySet<Value>,
): ReadonlyMap<Value, readonly number[]> {
  const writers = writersOf(nodes);
  const last = (value: Value): number => writers.get(value)?.at(-1) ?? -1;
  const again = new Map<Value, readonly number[]>();
  // The latest first: what it reads may be made again as well.
  for (const owner of [...chosen].sort((a, b) => last(b) - last(a))) {
    const made = writers.get(owner) ?? [];
    const [first] = made;
    const wanted = kept.get(owner);
    if (first === undefined || !wanted) continue;
    const makers = made.flatMap((index) => nodes[index] ?? []);
    const reads = new Set(makers.flatMap(({ inputs }) => inputs.map(ownerOf)));
    reads.delete(owner);
    const rests = (value: Value): boolean =>
      value.storage.kind !== 'planned' || (kept.has(value) && last(value) < first);
    if (!makers.every(({ operation }) => operation.cheap === true) || ![...reads].every(rests)) continue;
    for (const value of reads) {
      const one = kept.get(value);
      if (one) one.firstBackward = Math.min(one.firstBackward, wanted.firstBackward);
    }
    again.set(owner, made);
  }
  return new Map([...again].reverse());
}

/** The operation as one that stands alone before its reader. */
export function standingAlone({ joins: _joins, joinsSum: _joinsSum, ...operation }: Operation): Operation {
  return { ...operation, backward: 'none', aside: 'before' };
}

// Which values share a slot, one whole buffer: the largest are placed first, each in the smallest slot that is free all its life, so that a slot
// is as large as its first value and no larger. Knows lifetimes and bytes; what they are of is the planner's.

export interface Span {
  readonly bytes: number;
  /** Indices of the first and the last node that touch it: both need it whole. */
  readonly first: number;
  readonly last: number;
}

interface Slot {
  readonly index: number;
  readonly spans: Span[];
}

const isFree = ({ spans }: Slot, { first, last }: Span): boolean =>
  !spans.some((other) => other.first <= last && first <= other.last);

/** Source: Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference, 2020 (greedy by size, shared objects). */
export function shareSlots<S extends Span>(
  spans: Iterable<S>,
): { readonly slotOf: ReadonlyMap<S, number>; readonly slotBytes: readonly number[] } {
  // Equal ones in the order in which they are made: the same tape has the same slots.
  const ordered = [...spans].sort((a, b) => b.bytes - a.bytes || a.first - b.first);
  const slots: Slot[] = [];
  const slotBytes: number[] = [];
  const slotOf = new Map<S, number>();
  for (const span of ordered) {
    // A later slot is no larger than one before it.
    let slot = slots.findLast((one) => isFree(one, span));
    if (!slot) {
      slot = { index: slots.length, spans: [] };
      slots.push(slot);
      slotBytes.push(span.bytes);
    }
    slot.spans.push(span);
    slotOf.set(span, slot.index);
  }
  return { slotOf, slotBytes };
}

// The planner: which nodes are worth running, how long each value lives, and which slot (one whole buffer) lends it
// room. Knows peak bytes and FLOPs before any GPU work. Slots are whole buffers because WebGPU forbids binding one
// buffer read-only and read-write in the same dispatch.
import { valueTooLarge } from '../torchErrors.ts';
import { halved } from './halved.ts';
import { joinNodes } from './joinNodes.ts';
import type { KernelProfile, TapeNode } from './operation.ts';
import type { Span } from './slots.ts';
import { shareSlots } from './slots.ts';
import type { Tape } from './tape.ts';
import type { Value } from './value.ts';
import { elementCount, resolveAlias } from './value.ts';

export interface Plan {
  /** In execution order, without what nobody reads. */
  readonly nodes: readonly TapeNode[];
  /** Slot of every planned value that owns numbers. */
  readonly slotOf: ReadonlyMap<Value, number>;
  readonly slotBytes: readonly number[];
  /** Bytes of each scratch slot, shared by all nodes. */
  readonly scratchBytes: readonly number[];
  readonly flops: number;
  readonly dispatches: number;
}

const SLOT_ALIGNMENT_BYTES = 256;
const roundUp = (bytes: number): number =>
  Math.max(SLOT_ALIGNMENT_BYTES, Math.ceil(bytes / SLOT_ALIGNMENT_BYTES) * SLOT_ALIGNMENT_BYTES);
const valueBytes = (value: Value): number => roundUp(elementCount(value.shape) * 4);

/** Slots of a plan, largest first: plans that never run at the same time share buffers in this order. */
export function slotsBySize({ slotBytes }: Plan): { readonly slot: number; readonly bytes: number }[] {
  return slotBytes.map((bytes, slot) => ({ bytes, slot })).sort((a, b) => b.bytes - a.bytes);
}

export interface Room {
  readonly slotBytes: number;
  readonly scratchBytes: number;
}

/** What a backend holds for plans that never run at the same time, in bytes. */
export function roomOf(plans: readonly Plan[]): Room {
  const slots: number[] = [];
  const scratch: number[] = [];
  const grow = (sizes: number[], at: number, bytes: number): void => {
    sizes[at] = Math.max(sizes[at] ?? 0, bytes);
  };
  for (const plan of plans) {
    for (const [rank, { bytes }] of slotsBySize(plan).entries()) grow(slots, rank, bytes);
    for (const [at, bytes] of plan.scratchBytes.entries()) grow(scratch, at, bytes);
  }
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  return { slotBytes: sum(slots), scratchBytes: sum(scratch) };
}

/** Nodes whose results reach an effect or a kept value. */
function liveNodes(tape: Tape, keep: readonly Value[]): TapeNode[] {
  const wanted = new Set<Value>(keep.map((value) => resolveAlias(value).owner));
  const live: TapeNode[] = [];
  for (const node of tape.nodes.toReversed()) {
    const used =
      node.operation.effect ||
      node.outputs.some((output) => wanted.has(output) || wanted.has(resolveAlias(output).owner));
    if (!used) continue;
    live.push(node);
    for (const value of [...node.inputs, ...node.outputs]) wanted.add(resolveAlias(value).owner);
  }
  return live.reverse();
}

interface Lifetime extends Span {
  readonly value: Value;
  last: number;
}

function lifetimes(nodes: readonly TapeNode[], keep: readonly Value[]): Map<Value, Lifetime> {
  const found = new Map<Value, Lifetime>();
  nodes.forEach((node, index) => {
    for (const value of [...node.inputs, ...node.outputs]) {
      const { owner } = resolveAlias(value);
      if (owner.storage.kind !== 'planned') continue;
      const known = found.get(owner);
      if (known) known.last = index;
      else found.set(owner, { value: owner, bytes: valueBytes(owner), first: index, last: index });
    }
  });
  for (const value of keep) {
    const lifetime = found.get(resolveAlias(value).owner);
    if (lifetime) lifetime.last = Number.POSITIVE_INFINITY;
  }
  return found;
}

function assertFits(spans: Iterable<Lifetime>, nodes: readonly TapeNode[], most: number): void {
  for (const { value, bytes, first } of spans)
    if (bytes > most) throw valueTooLarge({ name: value.name, path: nodes[first]?.path ?? '', bytes, most });
}

/**
 * Plans a tape for a kernel profile. `keep` lives to the end of the run. Throws UserError 'value-too-large' when a
 * single value exceeds what the adapter binds.
 */
export function makePlan(tape: Tape, profile: KernelProfile, keep: readonly Value[] = []): Plan {
  const live = liveNodes(tape, keep);
  const nodes = joinNodes(halved(live, keep, tape.halvesFrom), profile);
  const alive = lifetimes(nodes, keep);
  assertFits(alive.values(), nodes, profile.maxBindingBytes);
  const { slotOf, slotBytes } = shareSlots(alive.values());
  const scratchBytes: number[] = [];
  let flops = 0;
  let dispatches = 0;
  for (const node of nodes) {
    node.operation.scratch?.(node, profile).forEach((floats, i) => {
      scratchBytes[i] = Math.max(scratchBytes[i] ?? 0, roundUp(floats * 4));
    });
    flops += node.operation.flops(node);
    dispatches += node.operation.kernels(node, profile).length;
  }
  return {
    nodes,
    slotOf: new Map([...slotOf].map(([{ value }, slot]) => [value, slot])),
    slotBytes,
    scratchBytes: Array.from(scratchBytes, (bytes) => bytes ?? 0),
    flops,
    dispatches,
  };
}

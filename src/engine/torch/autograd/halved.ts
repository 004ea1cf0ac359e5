// What the forward pass keeps for the backward pass, in half precision meanwhile: a node behind its last reader there rounds it to IEEE binary16,
// one before its first reader in backward gives it back; what is cheap to make is made again there instead. What torch.autograd.graph.saved_tensors_hooks does with a pair of `to` calls.
import { fromHalf, LARGEST, toHalf } from '../../../shaders/half/half.ts';
import { call } from '../../../shaders/kernel.ts';
import { invariant } from '../../ground/errors.ts';
import type { Kept } from './madeAgain.ts';
import { madeAgain, standingAlone } from './madeAgain.ts';
import type { Operation, TapeNode } from './operation.ts';
import type { Value } from './value.ts';
import { elementCount, resolveAlias } from './value.ts';

/** A value that is a smaller part of all is not worth two dispatches. */
const LEAST_SHARE = 1 / 2048;

/** For `Tape.halvesFrom`: below it no device is short of room, and two dispatches a value cost time. */
export const WORTHWHILE_BYTES = 256 * 2 ** 20;

function pairOf({ inputs: [from], outputs: [to] }: TapeNode) {
  invariant(from && to, 'half: a value is missing');
  return { from, to };
}

const store: Operation = {
  name: 'to_half',
  backward: 'none',
  kernels: (node) => {
    const { from, to } = pairOf(node);
    const n = elementCount(from.shape);
    return [call(toHalf, { buffers: { x: { value: from }, words: { value: to } }, params: { n } })];
  },
  lower: (node, to) => {
    const { from, to: words } = pairOf(node);
    if (!to.holds(from)) return;
    const largest = to.graph.scalar(LARGEST);
    const least = to.graph.scalar(-LARGEST);
    const within = to.graph.op('Clip', [to.read(from), least, largest]);
    to.write(words, to.graph.cast(within, 'float16'));
  },
  flops: () => 0,
  aside: 'behind',
};

const load: Operation = {
  name: 'from_half',
  backward: 'none',
  kernels: (node) => {
    const { from, to } = pairOf(node);
    const n = elementCount(to.shape);
    return [call(fromHalf, { buffers: { words: { value: from }, y: { value: to } }, params: { n } })];
  },
  lower: (node, to) => {
    const { from: words, to: value } = pairOf(node);
    if (to.holds(words)) to.write(value, to.graph.cast(to.read(words), 'float'));
  },
  flops: () => 0,
  aside: 'before',
};

/** Whether a plan keeps any value so. */
export const isHalved = ({ nodes }: { readonly nodes: readonly TapeNode[] }): boolean =>
  nodes.some(({ operation }) => operation === store);

const ownersOf = (node: TapeNode): Value[] =>
  [...node.inputs, ...node.outputs].map((value) => resolveAlias(value).owner);

/** Statistics that a node leaves beside its result: what is divided by them, or grows with their power, wants them whole. */
const isStatistic = ({ outputs }: TapeNode, value: Value): boolean =>
  value.gradFn === null && outputs.includes(value) && outputs.some(({ gradFn }) => gradFn !== null);

/** Planned values, but for statistics, that the forward pass makes and a later one reads. */
function keptBetween(nodes: readonly TapeNode[]): Map<Value, Kept> {
  const whole = new Set<Value>();
  const forward = new Map<Value, number>();
  const kept = new Map<Value, Kept>();
  for (const [index, node] of nodes.entries())
    for (const owner of ownersOf(node)) {
      if (owner.storage.kind !== 'planned' || whole.has(owner)) continue;
      const lastForward = forward.get(owner);
      if (isStatistic(node, owner)) whole.add(owner);
      else if (node.role === 'forward') forward.set(owner, index);
      else if (lastForward !== undefined && !kept.has(owner))
        kept.set(owner, { lastForward, firstBackward: index });
    }
  return kept;
}

const fresh = (value: Value, name: string, shape: readonly number[]): Value => ({
  ...value,
  name,
  shape,
  storage: { kind: 'planned' },
  requiresGrad: false,
  gradFn: null,
  edge: null,
});

/** Of a value's owner the twin; of a value that is a part of it the same part of the twin. One for each. */
class Twins {
  readonly #of = new Map<Value, Value>();

  /** What takes the owner's place after the forward pass. */
  begin(owner: Value): Value {
    const twin = fresh(owner, owner.name, owner.shape);
    this.#of.set(owner, twin);
    return twin;
  }

  of(value: Value): Value {
    const known = this.#of.get(value);
    if (known) return known;
    if (value.storage.kind !== 'alias') return value;
    const of = this.of(value.storage.of);
    if (of === value.storage.of) return value;
    const twin: Value = { ...value, storage: { ...value.storage, of } };
    this.#of.set(value, twin);
    return twin;
  }
}

/**
 * The nodes with every large value that rests between the passes as halves meanwhile, or made again, where all of them take `from` bytes or more;
 * otherwise the same nodes. A value of `keep` stays as it is.
 */
export function halved(
  nodes: readonly TapeNode[],
  keep: readonly Value[],
  from: number,
): readonly TapeNode[] {
  if (from === Number.POSITIVE_INFINITY) return nodes;
  const kept = keptBetween(nodes);
  for (const value of keep) kept.delete(resolveAlias(value).owner);
  const floats = [...kept.keys()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
  if (4 * floats < from) return nodes;
  const large = new Set([...kept.keys()].filter(({ shape }) => elementCount(shape) >= LEAST_SHARE * floats));
  const again = madeAgain(nodes, kept, large);
  const twins = new Twins();
  const behind = new Map<number, TapeNode[]>();
  const before = new Map<number, TapeNode[]>();
  const push = (list: Map<number, TapeNode[]>, at: number, node: TapeNode): void =>
    void list.set(at, [...(list.get(at) ?? []), node]);
  for (const [owner, { lastForward, firstBackward }] of kept) {
    if (!large.has(owner)) continue;
    const twin = twins.begin(owner);
    if (again.has(owner)) continue;
    const words = fresh(owner, `${owner.name} (half)`, [Math.ceil(elementCount(owner.shape) / 2)]);
    const common = { attributes: null, path: nodes[lastForward]?.path ?? '' };
    push(behind, lastForward, {
      operation: store,
      inputs: [owner],
      outputs: [words],
      role: 'forward',
      ...common,
    });
    push(before, firstBackward, {
      ...common,
      operation: load,
      inputs: [words],
      outputs: [twin],
      role: nodes[firstBackward]?.role ?? 'backward',
    });
  }
  for (const [owner, makers] of again)
    for (const node of makers.flatMap((index) => nodes[index] ?? []))
      push(before, kept.get(owner)?.firstBackward ?? 0, {
        ...node,
        operation: standingAlone(node.operation),
        inputs: node.inputs.map((one) => twins.of(one)),
        outputs: node.outputs.map((one) =>
          resolveAlias(one).owner === owner ? twins.of(one) : fresh(one, one.name, one.shape),
        ),
        role: 'backward',
      });
  return nodes.flatMap((node, index) => [
    ...(before.get(index) ?? []),
    node.role === 'forward'
      ? node
      : {
          ...node,
          inputs: node.inputs.map((one) => twins.of(one)),
          outputs: node.outputs.map((one) => twins.of(one)),
        },
    ...(behind.get(index) ?? []),
  ]);
}

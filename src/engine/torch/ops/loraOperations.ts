// The adapter's operations over a linear group: u = drop(x) Aᵀ, du = s dy B, and dA, dB added to `grads`. Their place in
// backward is linear.ts's business.
import { fitsVectors } from '../../../shaders/dequantize/dequantize.ts';
import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import { loraDown, loraGrad, loraUpBackward } from '../../../shaders/lora/lora.ts';
import {
  fitsBlocks,
  loraDownBlock,
  loraGradBlock,
  loraUpBackwardBlock,
} from '../../../shaders/lora/lora_block.ts';
import { loraGradParts } from '../../../shaders/lora/lora_grad_parts.ts';
import {
  gradBlocks,
  loraDownWorkgroup,
  loraGradWorkgroup,
  loraUpBackwardWorkgroup,
  ranksOf4,
} from '../../../shaders/lora/lora_workgroup.ts';
import type { KernelProfile, Operation, Ref, SplitSum, TapeNode } from '../autograd/operation.ts';
import type { GroupAttributes } from './linearGroup.ts';
import { downGraph, gradGraph, upBackwardGraph } from './loraGraph.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import { splitProduct } from './splitProducts.ts';
import { sharesSums } from './sums.ts';

const ADAPTER: Ref = { buffer: 'adapter' };
const STEP: Ref = { buffer: 'step' };
const GRADS: Ref = { buffer: 'grads' };

/** What the kernels need of a group, for n rows. */
export function loraNumbers(group: GroupAttributes, n: number) {
  const { k, ru, segments, dropoutRate, dropoutStream } = group;
  return { n, k, ru, count: segments.length, stream: dropoutStream, rate: dropoutRate, segments };
}

export const hasDropout = (group: GroupAttributes) => ({ HAS_DROPOUT: group.dropoutRate > 0 ? 1 : 0 });

/** Whether a workgroup shares the sums over the wide sides: their kernels read four numbers at a time. */
export const inFours = ({ k, segments }: GroupAttributes, profile: KernelProfile): boolean =>
  sharesSums(profile) && fitsVectors(k, segments);

/** Whether an invocation takes a block of rows and ranks; the same bits as one by one. */
const inBlocks = (group: GroupAttributes, profile: KernelProfile): boolean =>
  !sharesSums(profile) &&
  fitsBlocks(group.dropoutRate, [group.k, group.out, group.ru, group.adapterTotal], group.segments);

type Refs<Name extends string> = Readonly<Record<Name, Ref>>;

/** u = drop(x) Aᵀ of n rows. */
export function downCall(
  group: GroupAttributes,
  profile: KernelProfile,
  n: number,
  { x, u }: Refs<'x' | 'u'>,
): KernelCall<Ref> {
  const buffers = { x, adapter: ADAPTER, step: STEP, u };
  const options = { buffers, params: loraNumbers(group, n), constants: hasDropout(group) };
  if (inFours(group, profile)) return call(loraDownWorkgroup, options);
  return call(inBlocks(group, profile) ? loraDownBlock : loraDown, options);
}

/** du = s dy B of n rows. */
export function upBackwardCall(
  group: GroupAttributes,
  profile: KernelProfile,
  n: number,
  { dy, du }: Refs<'dy' | 'du'>,
): KernelCall<Ref> {
  const { out, ru, segments } = group;
  const buffers = { dy, adapter: ADAPTER, du };
  const options = { buffers, params: { n, out, ru, count: segments.length, segments } };
  if (!inFours(group, profile))
    return call(inBlocks(group, profile) ? loraUpBackwardBlock : loraUpBackward, options);
  return call(loraUpBackwardWorkgroup, { ...options, constants: { RANKS_OF_4: ranksOf4(segments) } });
}

type GradRefs = Refs<'x' | 'u' | 'dy' | 'du'>;

function gradOptions(group: GroupAttributes, n: number, refs: GradRefs) {
  const { out, adapterTotal: total } = group;
  const buffers = { ...refs, step: STEP, grads: GRADS };
  const params = { ...loraNumbers(group, n), out, total, splits: gradientSplits(total) };
  return { buffers, params, constants: hasDropout(group) };
}

/** dA and dB of n rows, added to `grads` [S, total]. */
export function gradCall(
  group: GroupAttributes,
  profile: KernelProfile,
  n: number,
  refs: GradRefs,
): KernelCall<Ref> {
  const options = gradOptions(group, n, refs);
  if (inFours(group, profile)) return call(loraGradWorkgroup, options);
  return call(inBlocks(group, profile) ? loraGradBlock : loraGrad, options);
}

/** The same, and the parts of a product that waits for no gradient added up. */
function gradPartsCall(
  group: GroupAttributes,
  n: number,
  refs: GradRefs,
  { refs: { parts, residual, result }, hasResidual, size, terms }: SplitSum,
): KernelCall<Ref> {
  const { buffers, params, constants } = gradOptions(group, n, refs);
  const blocks = gradBlocks(group.k, group.segments);
  return call(loraGradParts, {
    buffers: { ...buffers, parts, residual, y: result },
    params: { ...params, blocks, size, terms },
    constants: { ...constants, HAS_RESIDUAL: hasResidual ? 1 : 0 },
  });
}

/** Inputs [x] → u [N, RU]. Its gradient is part of the group's own rule. */
export const loraDownOperation: Operation<GroupAttributes> = {
  name: 'lora_down',
  backward: 'none',
  kernels: (node, profile) => {
    const [x] = valueAt(node.inputs, 0);
    const [u] = valueAt(node.outputs, 0);
    const { n } = rowsAndColumns(x);
    return [downCall(node.attributes, profile, n, { x: { value: x }, u: { value: u } })];
  },
  lower: (node, to) => {
    const [x] = valueAt(node.inputs, 0);
    const [u] = valueAt(node.outputs, 0);
    to.write(u, downGraph(to, node.attributes, to.read(x), rowsAndColumns(x).n));
  },
  flops: (node) => 2 * (node.outputs[0]?.shape[0] ?? 0) * node.attributes.ru * node.attributes.k,
};

/** Inputs [dy] → du [N, RU]. */
export const loraUpBackwardOperation: Operation<GroupAttributes> = {
  name: 'lora_up_backward',
  backward: 'none',
  kernels: (node, profile) => {
    const [dy] = valueAt(node.inputs, 0);
    const [du] = valueAt(node.outputs, 0);
    const { n } = rowsAndColumns(dy);
    return [upBackwardCall(node.attributes, profile, n, { dy: { value: dy }, du: { value: du } })];
  },
  lower: (node, to) => {
    const [dy] = valueAt(node.inputs, 0);
    const [du] = valueAt(node.outputs, 0);
    to.write(du, upBackwardGraph(to, node.attributes, to.read(dy)));
  },
  flops: (node) =>
    2 *
    (node.outputs[0]?.shape[0] ?? 0) *
    node.attributes.ru *
    (node.attributes.out / node.attributes.segments.length),
};

function gradPlaces({ inputs }: Pick<TapeNode, 'inputs'>): { readonly n: number; readonly refs: GradRefs } {
  const [x, u, dy, du] = valueAt(inputs, 0, 1, 2, 3);
  const refs = { x: { value: x }, u: { value: u }, dy: { value: dy }, du: { value: du } };
  return { n: rowsAndColumns(x).n, refs };
}

/** Inputs [x, u, dy, du]; adds to the buffer `grads` [S, total]. */
export const loraGradOperation: Operation<GroupAttributes> = {
  name: 'lora_grad',
  backward: 'none',
  effect: true,
  kernels: (node, profile) => {
    const { n, refs } = gradPlaces(node);
    return [gradCall(node.attributes, profile, n, refs)];
  },
  // What comes next is dx: if its sum is split, its parts and the gradients wait for the same things.
  joins: (node, [next], profile) => {
    if (!next || !inFours(node.attributes, profile)) return null;
    const split = splitProduct(next.operation.kernels(next, profile));
    if (!split || split.sum.size % 4 !== 0) return null;
    const { n, refs } = gradPlaces(node);
    const both = gradPartsCall(node.attributes, n, refs, split.sum);
    return { kernels: [...split.before, both, ...split.after], taken: 1 };
  },
  lower: (node, to) => {
    const [x, u, dy, du] = valueAt(node.inputs, 0, 1, 2, 3);
    const tensors = { x: to.read(x), u: to.read(u), dy: to.read(dy), du: to.read(du) };
    gradGraph(to, node.attributes, { ...tensors, rows: rowsAndColumns(x).n });
  },
  flops: (node) => {
    const { ru, k, out, segments } = node.attributes;
    return 2 * (node.inputs[0]?.shape[0] ?? 0) * ru * (k + out / segments.length);
  },
};

type MaybeNarrow = TapeNode | TapeNode<GroupAttributes>;

export const isLoraDown = (node: MaybeNarrow): node is TapeNode<GroupAttributes> =>
  node.operation.name === loraDownOperation.name;

export const isLoraUpBackward = (node: MaybeNarrow): node is TapeNode<GroupAttributes> =>
  node.operation.name === loraUpBackwardOperation.name;

/** S of `grads`: small adapters have few blocks, so more invocations share the tokens. Fixed by the adapter's size alone. */
export const gradientSplits = (adapterFloats: number): number => (adapterFloats < 2 ** 20 ? 4 : 1);

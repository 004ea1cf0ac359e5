// y = x·Wᵀ over a group of frozen projections that share their input (q|k|v, gate|up, or one), with an adapter on any of
// them and an optional residual: one node of the tape, one base dispatch. Backward records the small products first,
// dx with everything added in passing, and one dispatch for all of dA and dB of the group.

import { invariant } from '../../ground/errors.ts';
import type { NodeContext, Operation } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { InputGradient, Value } from '../autograd/value.ts';
import type { Module } from '../nn/module.ts';
import type { Recording } from '../recording.ts';
import { addBias } from './addBias.ts';
import { gradientLeaf } from './gradientLeaf.ts';
import type { GroupAttributes, LinearAttributes, Member, PlacedVector } from './linearGroup.ts';
import { groupOf, inputGroup } from './linearGroup.ts';
import { linearBackwardOperation, linearForward } from './linearOperations.ts';
import { loraDownOperation, loraGradOperation, loraUpBackwardOperation } from './loraOperations.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import { scaleColumns } from './scaleColumns.ts';

const linearOperation: Operation<LinearAttributes> = { ...linearForward, backward: linearBackward };

/** Gradients of a group, in the order of the node's inputs: x, residual if any, then A and B of each adapted member. */
function linearBackward(context: NodeContext<LinearAttributes>): readonly (InputGradient | null)[] {
  const { node } = context;
  const { group, hasResidual } = node.attributes;
  const dy = context.gradOf(0);
  if (!dy) return node.inputs.map(() => null);
  const [x] = valueAt(node.inputs, 0);
  const firstParameter = (hasResidual ? 2 : 1) + (group.ru > 0 ? 1 : 0);
  const wantsParameters = node.inputs.slice(firstParameter).some((_, i) => context.needs(firstParameter + i));
  const results: (InputGradient | null)[] = node.inputs.map(() => null);
  const du = group.ru > 0 && (context.needs(0) || wantsParameters) ? upBackward(context, dy, group) : null;
  if (du && wantsParameters) {
    const [u] = valueAt(node.inputs, hasResidual ? 2 : 1);
    context.record({
      operation: loraGradOperation,
      inputs: [context.saved(x), context.saved(u), dy, du],
      outputs: [],
      attributes: group,
      path: node.path,
    });
    node.inputs.slice(firstParameter).forEach((parameter, i) => {
      if (!context.needs(firstParameter + i)) return;
      const partner = node.inputs[firstParameter + (i % 2 === 0 ? i + 1 : i - 1)];
      const zero = dy.zero || (partner?.zero ?? false) || group.scaleOf(parameter) === 0;
      results[firstParameter + i] = { grad: gradientLeaf(context, parameter, zero), fused: true };
    });
  }
  if (context.needs(0)) {
    const pending = context.pending(0);
    const { n } = rowsAndColumns(x);
    const [dx] = context.record<LinearAttributes>({
      operation: linearBackwardOperation,
      inputs: [dy, ...(pending ? [pending] : []), ...(du ? [du] : [])],
      outputs: [
        {
          name: `${x.name}.grad`,
          shape: [n, group.k],
          gradFn: null,
          zero: dy.zero && (pending?.zero ?? true),
        },
      ],
      attributes: { group, hasResidual: pending !== null },
      path: node.path,
    });
    results[0] = dx ? { grad: dx, fused: pending !== null } : null;
  }
  if (hasResidual && context.needs(1)) results[1] = { grad: dy, fused: false };
  return results;
}

function upBackward(context: NodeContext<LinearAttributes>, dy: Value, group: GroupAttributes): Value {
  const { n } = rowsAndColumns(dy);
  const [du] = context.record({
    operation: loraUpBackwardOperation,
    inputs: [dy],
    outputs: [{ name: `${context.node.path}.du`, shape: [n, group.ru], gradFn: null }],
    attributes: group,
    path: context.node.path,
  });
  invariant(du, 'lora_up_backward recorded no output');
  return du;
}

export interface LinearArguments {
  /** Paths inside the causal LM, e.g. `model.layers.0.self_attn.q_proj`. */
  readonly members: readonly string[];
  readonly x: Value;
  readonly residual?: Value;
  /** Name of the group, e.g. `model.layers.0.self_attn.qkv`: its packed weights are `weights/<path>`. */
  readonly path: string;
}

/** [N, K] → [N, OUT], OUT the sum of the members' widths. Notes each member's own output on the tape. */
export function linear(recording: Recording, args: LinearArguments): Value {
  const { tape } = recording;
  const { x, residual, path } = args;
  const { group, members } = groupOf(recording, args);
  members.forEach((member, index) => {
    noteMember(recording, recording.path(args.members[index] ?? ''), member, x);
  });
  const parameters = members.flatMap(({ lowRank }) => (lowRank ? [lowRank.a, lowRank.b] : []));
  const inputScale = members[0]?.inputScale ?? null;
  const own = { ...args, x: inputScale ? scaledInput(tape, x, group, inputScale, path) : x };
  if (group.table === null)
    return biased(recording, group, product(recording, { ...own, group, parameters, residual }));
  const z = product(recording, { ...own, path: `${path}.z`, group, parameters, residual: undefined });
  const vectors = members.flatMap(({ outputScale }) => outputScale?.value ?? []);
  // A scale over row norms is of W + s·B·A alone (PEFT tuners/lora/dora.py); any other is of all that the linear gives.
  if (group.overRowNorms)
    return biased(recording, group, scaleColumns(tape, { x: z, residual, vectors, group, path }));
  return scaleColumns(tape, { x: biased(recording, group, z), residual, vectors, group, path });
}

/** With the members' biases, where they have some. */
function biased({ tape }: Recording, { bias }: GroupAttributes, y: Value): Value {
  if (bias === null) return y;
  return addBias(tape, { x: y, bias, gradFn: y.gradFn ?? 'AddBackward0', path: `${y.name}.bias` });
}

/** l · x [N, K] */
function scaledInput(tape: Tape, x: Value, group: GroupAttributes, scale: PlacedVector, path: string): Value {
  const own = inputGroup(group, scale, path);
  return scaleColumns(tape, { x, vectors: [scale.value], group: own, path: `${path}.in` });
}

interface ProductArguments extends Omit<LinearArguments, 'residual'> {
  readonly residual: Value | undefined;
  readonly group: GroupAttributes;
  readonly parameters: readonly Value[];
}

function product(recording: Recording, args: ProductArguments): Value {
  const { tape } = recording;
  const { x, residual, group, parameters, path } = args;
  const { n } = rowsAndColumns(x);
  const inputs = residual ? [x, residual] : [x];
  if (group.ru > 0) {
    const [u] = tape.record({
      operation: loraDownOperation,
      inputs: [x],
      outputs: [{ name: `${path}.u`, shape: [n, group.ru], gradFn: null }],
      attributes: group,
      path,
    });
    invariant(u, 'lora_down recorded no output');
    inputs.push(u);
  }
  const plain = !residual && group.ru === 0;
  const [y] = tape.record<LinearAttributes>({
    operation: linearOperation,
    inputs: [...inputs, ...parameters],
    outputs: [
      {
        name: path,
        shape: [n, group.out],
        gradFn: plain ? baseGradFn(recording.module(args.members[0] ?? '')) : 'AddBackward0',
      },
    ],
    attributes: { group, hasResidual: residual !== undefined },
    path,
  });
  invariant(y, 'linear recorded no output');
  return y;
}

const baseGradFn = (module: Module): string =>
  module.parameters.has('bias')
    ? 'AddmmBackward0'
    : module.className.endsWith('4bit')
      ? 'MatMul4BitBackward'
      : 'UnsafeViewBackward0';

/** What a forward hook on a member and on the parts of its adapter would see. */
function noteMember(recording: Recording, path: string, member: Member, x: Value): void {
  const { base, adapted, lowRank, inputScale, outputScale } = member;
  const { tape } = recording;
  const note = (at: string, requiresGrad: boolean, gradFn: string): void =>
    tape.noteModule(at, { requiresGrad, gradFn: requiresGrad ? gradFn : null });
  const trains = (...values: readonly (Value | null | undefined)[]): boolean =>
    tape.gradEnabled && values.some((value) => value?.requiresGrad);
  const flows = trains(x, inputScale?.value);
  if (adapted) note(`${path}.base_layer`, flows, baseGradFn(base));
  const updated = flows || trains(lowRank?.a, lowRank?.b);
  if (lowRank?.modules) {
    note(`${path}.${lowRank.modules.a}`, trains(x, lowRank.a), 'UnsafeViewBackward0');
    note(`${path}.${lowRank.modules.b}`, updated, 'UnsafeViewBackward0');
  }
  const requires = updated || trains(outputScale?.value);
  if (outputScale?.module) note(`${path}.${outputScale.module}`, requires, 'AddBackward0');
  note(path, requires, lowRank ? 'AddBackward0' : outputScale ? 'MulBackward0' : baseGradFn(base));
}

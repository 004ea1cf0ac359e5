// y = x·Wᵀ over a group of frozen projections that share their input (q|k|v, gate|up, or one), with LoRA on any of
// them and an optional residual: one node of the tape, one base dispatch. Backward records the small products first,
// dx with everything added in passing, and one dispatch for all of dA and dB of the group.

import { firstBlocks } from '../../shaders/quant/packing.ts';
import { invariant } from '../errors.ts';
import type { Recording } from '../models/recording.ts';
import type { Module } from '../nn/module.ts';
import type { NodeContext, Operation } from '../tape/operation.ts';
import type { InputGradient, Value } from '../tape/value.ts';
import type { GroupAttributes, LinearAttributes } from './linearGroup.ts';
import { memberOf } from './linearGroup.ts';
import { linearBackwardOperation, linearForward } from './linearOperations.ts';
import { loraDownOperation, loraGradOperation, loraUpBackwardOperation } from './loraOperations.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

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

/** The gradient of an adapter tensor is a part of the `grads` buffer, written by lora_grad. */
function gradientLeaf(context: NodeContext<LinearAttributes>, parameter: Value, zero: boolean): Value {
  invariant(parameter.storage.kind === 'persistent', 'adapter parameters live in the adapter buffer');
  return context.leaf(
    `${parameter.name}.grad`,
    parameter.shape,
    { kind: 'persistent', buffer: 'grads', offset: parameter.storage.offset },
    zero,
  );
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
  const { x, residual } = args;
  const { group, parameters } = groupFor(recording, args);
  const { n } = rowsAndColumns(x);
  const inputs = residual ? [x, residual] : [x];
  if (group.ru > 0) {
    const [u] = tape.record({
      operation: loraDownOperation,
      inputs: [x],
      outputs: [{ name: `${args.path}.u`, shape: [n, group.ru], gradFn: null }],
      attributes: group,
      path: args.path,
    });
    invariant(u, 'lora_down recorded no output');
    inputs.push(u);
  }
  const [y] = tape.record<LinearAttributes>({
    operation: linearOperation,
    inputs: [...inputs, ...parameters],
    outputs: [
      {
        name: args.path,
        shape: [n, group.out],
        gradFn: residual
          ? 'AddBackward0'
          : group.ru > 0
            ? 'AddBackward0'
            : baseGradFn(recording.module(args.members[0] ?? '')),
      },
    ],
    attributes: { group, hasResidual: residual !== undefined },
    path: args.path,
  });
  invariant(y, 'linear recorded no output');
  return y;
}

const baseGradFn = (module: Module): string =>
  module.className.endsWith('4bit') ? 'MatMul4BitBackward' : 'UnsafeViewBackward0';

/** Gathers the members' shapes, adapters and parameter values, and notes what a forward hook on each would see. */
function groupFor(
  recording: Recording,
  args: LinearArguments,
): { readonly group: GroupAttributes; readonly parameters: readonly Value[] } {
  const members = args.members.map((path) => memberOf(recording, path));
  const { tape } = recording;
  const grad = tape.gradEnabled;
  const blocks = firstBlocks(members.map((member) => member.k * member.out));
  let start = 0;
  let uColumn = 0;
  const parameters: Value[] = [];
  const scales = new Map<Value, number>();
  const segments = members.map((member, index) => {
    const path = recording.path(args.members[index] ?? '');
    const { lora } = member;
    const flows = grad && args.x.requiresGrad;
    let requires = flows;
    if (lora) {
      parameters.push(lora.a, lora.b);
      scales.set(lora.a, lora.scale).set(lora.b, lora.scale);
      const reachesA = grad && (args.x.requiresGrad || lora.a.requiresGrad);
      requires ||= grad && (lora.a.requiresGrad || lora.b.requiresGrad);
      tape.noteModule(`${path}.base_layer`, {
        requiresGrad: flows,
        gradFn: flows ? baseGradFn(member.base) : null,
      });
      tape.noteModule(`${path}.lora_A.${lora.adapter}`, {
        requiresGrad: reachesA,
        gradFn: reachesA ? 'UnsafeViewBackward0' : null,
      });
      tape.noteModule(`${path}.lora_B.${lora.adapter}`, {
        requiresGrad: requires,
        gradFn: requires ? 'UnsafeViewBackward0' : null,
      });
    }
    tape.noteModule(path, {
      requiresGrad: requires,
      gradFn: requires ? (lora ? 'AddBackward0' : baseGradFn(member.base)) : null,
    });
    const segment = {
      start,
      end: start + member.out,
      rank: lora?.rank ?? 0,
      u_column: uColumn,
      a_offset: lora?.aOffset ?? 0,
      b_offset: lora?.bOffset ?? 0,
      first_block: blocks[index] ?? 0,
      scale: lora?.scale ?? 0,
    };
    start += member.out;
    uColumn += segment.rank;
    return segment;
  });
  const first = members[0];
  invariant(first, 'linear: an empty group');
  return {
    parameters,
    group: {
      k: first.k,
      out: start,
      ru: uColumn,
      segments,
      weights: `weights/${args.path}`,
      format: recording.weightFormat(args.path),
      adapterTotal: recording.layout.total,
      dropoutRate: recording.module(args.members[0] ?? '').training
        ? Math.max(0, ...members.map((member) => member.lora?.dropout ?? 0))
        : 0,
      dropoutStream: members.find((member) => member.lora)?.lora?.stream ?? 0,
      scaleOf: (parameter) => scales.get(parameter) ?? 0,
    },
  };
}

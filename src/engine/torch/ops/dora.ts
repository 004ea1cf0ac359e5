// DoRA on a linear group: y = (m / n) · (x Wᵀ + s·u·Bᵀ), by column. n, the norms of the adapted rows, and c = m / n stand in a buffer of
// the group, `dora/<path>` [2, OUT], which recordDoraNorms fills whenever the adapter has changed; backward takes n for constant. IA3 is
// the same with its vector for c, on the outputs of a group or on the inputs of a module.
import { magnitudeOffset } from '../../../shaders/dora/dora.ref.ts';
import { doraGrad, doraNorm, ia3Table, dora as kernel } from '../../../shaders/dora/dora.ts';
import { call } from '../../../shaders/kernel.ts';
import { decoder } from '../../../shaders/quant/decoders.ts';
import { invariant } from '../../ground/errors.ts';
import type { NodeContext, Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { InputGradient, Value } from '../autograd/value.ts';
import { DUMMY, weightRefs } from './frozenProduct.ts';
import { gradientLeaf } from './gradientLeaf.ts';
import type { GroupAttributes } from './linearGroup.ts';
import { gradientSplits } from './loraOperations.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

interface Attributes {
  readonly group: GroupAttributes;
  readonly hasResidual: boolean;
}

const tableOf = ({ dora }: GroupAttributes): Ref => {
  invariant(dora !== null, 'dora: the group has no table');
  return { buffer: dora };
};

const normOperation: Operation<GroupAttributes> = {
  name: 'dora_norm',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: group }) => {
    const { segments, k, out, format } = group;
    const numbers = { segments, out, count: segments.length };
    const vectors: Record<'adapter' | 'table', Ref> = {
      adapter: { buffer: 'adapter' },
      table: tableOf(group),
    };
    if (group.ia3) return [call(ia3Table, { buffers: vectors, params: numbers })];
    return [
      call(doraNorm, {
        buffers: { ...weightRefs(group), ...vectors },
        params: { ...numbers, k },
        slots: { decode: decoder(format) },
      }),
    ];
  },
  flops: ({ attributes: { k, out, segments } }) =>
    2 * out * k * (1 + Math.max(0, ...segments.map(({ rank }) => rank))),
};

/** Columns of each adapted member, and where its m stands in the adapter buffer. */
export const magnitudesOf = ({ segments }: GroupAttributes) =>
  segments
    .filter(({ rank }) => rank > 0)
    .map((segment) => ({ start: segment.start, end: segment.end, offset: magnitudeOffset(segment) }));

/** Fills the tables of groups. */
export function recordDoraNorms(tape: Tape, groups: readonly GroupAttributes[]): void {
  for (const group of groups)
    tape.record({
      operation: normOperation,
      inputs: [],
      outputs: [],
      attributes: group,
      path: group.weights,
    });
}

/** Inputs [x, residual?, m…] → c · x (+ residual) [N, OUT]. */
const doraOperation: Operation<Attributes> = {
  name: 'dora',
  kernels: (node) => {
    const [x] = valueAt(node.inputs, 0);
    const [y] = valueAt(node.outputs, 0);
    const { group, hasResidual } = node.attributes;
    const residual = hasResidual ? valueAt(node.inputs, 1)[0] : null;
    const buffers: Record<'x' | 'table' | 'residual' | 'y', Ref> = {
      x: { value: x },
      table: tableOf(group),
      residual: residual ? { value: residual } : DUMMY,
      y: { value: y },
    };
    const constants = { HAS_RESIDUAL: hasResidual ? 1 : 0 };
    return [call(kernel, { buffers, params: { n: rowsAndColumns(x).n, out: group.out }, constants })];
  },
  flops: (node) => 2 * rowsAndColumns(valueAt(node.inputs, 0)[0]).n * node.attributes.group.out,
  backward: doraBackward,
};

/** Inputs [z, dy]; adds to the buffer `grads` [S, total]. */
const doraGradOperation: Operation<GroupAttributes> = {
  name: 'dora_grad',
  backward: 'none',
  effect: true,
  kernels: (node) => {
    const [z, dy] = valueAt(node.inputs, 0, 1);
    const { segments, out, adapterTotal: total } = node.attributes;
    const buffers: Record<'z' | 'dy' | 'table' | 'grads', Ref> = {
      z: { value: z },
      dy: { value: dy },
      table: tableOf(node.attributes),
      grads: { buffer: 'grads' },
    };
    const { n } = rowsAndColumns(z);
    const params = { segments, n, out, count: segments.length, total, splits: gradientSplits(total) };
    return [call(doraGrad, { buffers, params, constants: { IA3: node.attributes.ia3 ? 1 : 0 } })];
  },
  flops: (node) => 2 * rowsAndColumns(valueAt(node.inputs, 0)[0]).n * node.attributes.out,
};

function doraBackward(context: NodeContext<Attributes>): readonly (InputGradient | null)[] {
  const { node } = context;
  const { group, hasResidual } = node.attributes;
  const [z] = valueAt(node.inputs, 0);
  const results: (InputGradient | null)[] = node.inputs.map(() => null);
  const dy = context.gradOf(0);
  if (!dy) return results;
  const firstMagnitude = hasResidual ? 2 : 1;
  const magnitudes = node.inputs.slice(firstMagnitude);
  if (magnitudes.some((_, i) => context.needs(firstMagnitude + i))) {
    context.record({
      operation: doraGradOperation,
      inputs: [context.saved(z), dy],
      outputs: [],
      attributes: group,
      path: node.path,
    });
    magnitudes.forEach((m, i) => {
      if (context.needs(firstMagnitude + i))
        results[firstMagnitude + i] = { grad: gradientLeaf(context, m, dy.zero), fused: true };
    });
  }
  if (context.needs(0)) {
    const [dz] = context.record<Attributes>({
      operation: doraOperation,
      inputs: [dy],
      outputs: [{ name: `${z.name}.grad`, shape: z.shape, gradFn: null, zero: dy.zero }],
      attributes: { group, hasResidual: false },
      path: node.path,
    });
    results[0] = dz ? { grad: dz, fused: false } : null;
  }
  if (hasResidual && context.needs(1)) results[1] = { grad: dy, fused: false };
  return results;
}

/** The group's product z [N, OUT] scaled by m / n, and the residual on top. */
export function dora(
  tape: Tape,
  args: {
    readonly z: Value;
    readonly residual?: Value | undefined;
    readonly magnitudes: readonly Value[];
    readonly group: GroupAttributes;
    readonly path: string;
  },
): Value {
  const { z, residual, magnitudes, group, path } = args;
  const [y] = tape.record<Attributes>({
    operation: doraOperation,
    inputs: [z, ...(residual ? [residual] : []), ...magnitudes],
    outputs: [{ name: path, shape: z.shape, gradFn: 'AddBackward0' }],
    attributes: { group, hasResidual: residual !== undefined },
    path,
  });
  invariant(y, 'dora recorded no output');
  return y;
}

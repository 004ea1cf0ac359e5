// y = c · x, column by column, of a linear group's product or of its input. c is trained itself, or a trained m over the norms n of the
// adapted rows W + s·B·A. c and n stand in a buffer of the group, `scales/<path>` [2, OUT], which recordScaleTables fills whenever the
// adapter has changed; backward takes n for constant.

import { call } from '../../../shaders/kernel.ts';
import { decoder } from '../../../shaders/quant/decoders.ts';
import { magnitudeOffset } from '../../../shaders/scale_columns/scale_columns.ref.ts';
import {
  scaleColumns as kernel,
  rowNormTable,
  rowNormTableWorkgroup,
  scaleColumnsGrad,
  vectorTable,
} from '../../../shaders/scale_columns/scale_columns.ts';
import { invariant } from '../../ground/errors.ts';
import type { Tensor } from '../autograd/graph.ts';
import type { Lowering } from '../autograd/lowering.ts';
import type { NodeContext, Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { InputGradient, Value } from '../autograd/value.ts';
import { DUMMY, weightRefs } from './frozenProduct.ts';
import { gradientLeaf } from './gradientLeaf.ts';
import type { GroupAttributes } from './linearGroup.ts';
import { gradientSplits } from './loraOperations.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';
import { columnSlices, sharesSums } from './sums.ts';

interface Attributes {
  readonly group: GroupAttributes;
  readonly hasResidual: boolean;
}

const tableOf = ({ table }: GroupAttributes): Ref => {
  invariant(table !== null, 'scale_columns: the group has no table');
  return { buffer: table };
};

/** The scales of a group's columns (0), or what divides them (1), [OUT]. */
function scaleRow(to: Lowering, { table, out }: GroupAttributes, row: 0 | 1): Tensor {
  invariant(table !== null, 'scale_columns: the group has no table');
  return to.part(table, row * out, [out]);
}

const tableOperation: Operation<GroupAttributes> = {
  name: 'scale_table',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: group }, profile) => {
    const { segments, k, out, format } = group;
    const numbers = { segments, out, count: segments.length };
    const vectors: Record<'adapter' | 'table', Ref> = {
      adapter: { buffer: 'adapter' },
      table: tableOf(group),
    };
    if (!group.overRowNorms) return [call(vectorTable, { buffers: vectors, params: numbers })];
    const options = {
      buffers: { ...weightRefs(group), ...vectors },
      params: { ...numbers, k },
      slots: { decode: decoder(format) },
    };
    return [sharesSums(profile) ? call(rowNormTableWorkgroup, options) : call(rowNormTable, options)];
  },
  lower: 'kernels',
  flops: ({ attributes: { k, out, segments } }) =>
    2 * out * k * (1 + Math.max(0, ...segments.map(({ rank }) => rank))),
};

/** Columns of each member that is scaled over its row norms, and where its m stands in the adapter buffer. */
export const rowNormsOf = ({ segments }: GroupAttributes) =>
  segments
    .filter(({ rank }) => rank > 0)
    .map((segment) => ({ start: segment.start, end: segment.end, offset: magnitudeOffset(segment) }));

/** Fills the tables of groups. */
export function recordScaleTables(tape: Tape, groups: readonly GroupAttributes[]): void {
  for (const group of groups)
    tape.record({
      operation: tableOperation,
      inputs: [],
      outputs: [],
      attributes: group,
      path: group.weights,
    });
}

/** Inputs [x, residual?, vectors…] → c · x (+ residual) [N, OUT]. */
const scaleOperation: Operation<Attributes> = {
  name: 'scale_columns',
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
  lower: (node, to) => {
    const { group, hasResidual } = node.attributes;
    const [x] = valueAt(node.inputs, 0);
    const [y] = valueAt(node.outputs, 0);
    const scaled = to.graph.mul(to.read(x), scaleRow(to, group, 0));
    to.write(y, hasResidual ? to.graph.add(scaled, to.read(valueAt(node.inputs, 1)[0])) : scaled);
  },
  flops: (node) => 2 * rowsAndColumns(valueAt(node.inputs, 0)[0]).n * node.attributes.group.out,
  backward: scaleBackward,
};

/** Inputs [z, dy]; adds to the buffer `grads` [S, total]. */
const scaleGradOperation: Operation<GroupAttributes> = {
  name: 'scale_columns_grad',
  backward: 'none',
  effect: true,
  kernels: (node, profile) => {
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
    return [
      call(scaleColumnsGrad, {
        buffers,
        params,
        constants: { ...columnSlices(profile), OWN_SCALE: node.attributes.overRowNorms ? 0 : 1 },
      }),
    ];
  },
  lower: (node, to) => {
    const [z, dy] = valueAt(node.inputs, 0, 1);
    const group = node.attributes;
    const { graph } = to;
    const sums = graph.total(graph.mul(to.read(dy), to.read(z)));
    const over = graph.op('Max', [scaleRow(to, group, 1), graph.scalar(1e-30)]);
    const all = graph.div(sums, over);
    for (const segment of group.segments) {
      if (group.overRowNorms ? segment.rank === 0 : segment.scale === 0) continue;
      const offset = group.overRowNorms ? magnitudeOffset(segment) : segment.a_offset;
      to.addGradient(offset, graph.slice(all, 0, segment.start, segment.end));
    }
  },
  flops: (node) => 2 * rowsAndColumns(valueAt(node.inputs, 0)[0]).n * node.attributes.out,
};

function scaleBackward(context: NodeContext<Attributes>): readonly (InputGradient | null)[] {
  const { node } = context;
  const { group, hasResidual } = node.attributes;
  const [z] = valueAt(node.inputs, 0);
  const results: (InputGradient | null)[] = node.inputs.map(() => null);
  const dy = context.gradOf(0);
  if (!dy) return results;
  const firstVector = hasResidual ? 2 : 1;
  const vectors = node.inputs.slice(firstVector);
  if (vectors.some((_, i) => context.needs(firstVector + i))) {
    context.record({
      operation: scaleGradOperation,
      inputs: [context.saved(z), dy],
      outputs: [],
      attributes: group,
      path: node.path,
    });
    vectors.forEach((vector, i) => {
      if (context.needs(firstVector + i))
        results[firstVector + i] = { grad: gradientLeaf(context, vector, dy.zero), fused: true };
    });
  }
  if (context.needs(0)) {
    const [dz] = context.record<Attributes>({
      operation: scaleOperation,
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

/** x [N, OUT] scaled column by column, and the residual on top; `vectors`: what trains of the scales. */
export function scaleColumns(
  tape: Tape,
  args: {
    readonly x: Value;
    readonly residual?: Value | undefined;
    readonly vectors: readonly Value[];
    readonly group: GroupAttributes;
    readonly path: string;
  },
): Value {
  const { x, residual, vectors, group, path } = args;
  const [y] = tape.record<Attributes>({
    operation: scaleOperation,
    inputs: [x, ...(residual ? [residual] : []), ...vectors],
    outputs: [{ name: path, shape: x.shape, gradFn: 'AddBackward0' }],
    attributes: { group, hasResidual: residual !== undefined },
    path,
  });
  invariant(y, 'scale_columns recorded no output');
  return y;
}

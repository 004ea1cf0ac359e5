// y = x / rms(x) · w, row by row. Backward adds to a pending gradient in passing (the residual stream).

import { call } from '../../../shaders/kernel.ts';
import {
  rmsNormBackward as backwardKernel,
  rmsNorm as forwardKernel,
} from '../../../shaders/rms_norm/rms_norm.ts';
import { invariant } from '../../ground/errors.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import type { Value } from '../autograd/value.ts';
import { elementCount } from '../autograd/value.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

interface Attributes {
  readonly eps: number;
}

interface BackwardAttributes {
  readonly hasResidual: boolean;
}

const rmsNormOperation: Operation<Attributes> = {
  name: 'rms_norm',
  kernels: (node) => {
    const [x, w] = valueAt(node.inputs, 0, 1);
    const [y, rstd] = valueAt(node.outputs, 0, 1);
    const { n, c } = rowsAndColumns(x);
    const buffers: Record<'x' | 'w' | 'y' | 'rstd', Ref> = {
      x: { value: x },
      w: { value: w },
      y: { value: y },
      rstd: { value: rstd },
    };
    return [call(forwardKernel, { buffers, params: { n, c, eps: node.attributes.eps } })];
  },
  flops: (node) => 5 * elementCount(node.inputs[0]?.shape ?? []),
  backward: (context) => {
    const dy = context.gradOf(0);
    if (!dy || !context.needs(0)) return [null, null];
    const [x, w] = valueAt(context.node.inputs, 0, 1);
    const [, rstd] = valueAt(context.node.outputs, 0, 1);
    const pending = context.pending(0);
    const [dx] = context.record<BackwardAttributes>({
      operation: rmsNormBackwardOperation,
      inputs: [dy, context.saved(x), w, context.saved(rstd), ...(pending ? [pending] : [])],
      outputs: [
        { name: `${x.name}.grad`, shape: x.shape, gradFn: null, zero: dy.zero && (pending?.zero ?? true) },
      ],
      attributes: { hasResidual: pending !== null },
      path: context.node.path,
    });
    return [dx ? { grad: dx, fused: pending !== null } : null, null];
  },
};

const rmsNormBackwardOperation: Operation<BackwardAttributes> = {
  name: 'rms_norm_backward',
  backward: 'none',
  kernels: (node) => {
    const [dy, x, w, rstd] = valueAt(node.inputs, 0, 1, 2, 3);
    const [dx] = valueAt(node.outputs, 0);
    const { n, c } = rowsAndColumns(x);
    const residual = node.inputs[4];
    const buffers: Record<'dy' | 'x' | 'w' | 'rstd' | 'residual' | 'dx', Ref> = {
      dy: { value: dy },
      x: { value: x },
      w: { value: w },
      rstd: { value: rstd },
      residual: residual ? { value: residual } : { buffer: 'dummy' },
      dx: { value: dx },
    };
    return [
      call(backwardKernel, { buffers, params: { n, c }, constants: { HAS_RESIDUAL: residual ? 1 : 0 } }),
    ];
  },
  flops: (node) => 8 * elementCount(node.inputs[1]?.shape ?? []),
};

export function rmsNorm(
  tape: Tape,
  args: { readonly x: Value; readonly weight: Value; readonly eps: number; readonly path: string },
): Value {
  const { n } = rowsAndColumns(args.x);
  const [y] = tape.record<Attributes>({
    operation: rmsNormOperation,
    inputs: [args.x, args.weight],
    outputs: [
      { name: args.path, shape: args.x.shape, gradFn: 'MulBackward0' },
      { name: `${args.path}.rstd`, shape: [n], gradFn: null },
    ],
    attributes: { eps: args.eps },
    path: args.path,
  });
  invariant(y, 'rms_norm recorded no output');
  return y;
}

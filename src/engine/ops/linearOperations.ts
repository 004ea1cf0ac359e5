// The operations behind `linear`: what each runs on a GPU (dequantise to scratch, then one product over [x | u]) and on the
// CPU. No gradient rules here; linear.ts has them.

import { dequantizeReference } from '../../shaders/dequantize/dequantize.ref.ts';
import { dequantize } from '../../shaders/dequantize/dequantize.ts';
import type { KernelCall } from '../../shaders/kernel.ts';
import { call } from '../../shaders/kernel.ts';
import { linearBackwardTiled, linearTiled } from '../../shaders/linear/linear.ts';
import { loraDownBackwardReference } from '../../shaders/lora/lora.ref.ts';
import { loraDownBackward } from '../../shaders/lora/lora.ts';
import { matmulReference } from '../../shaders/matmul/matmul.ref.ts';
import { matmulCall } from '../../shaders/matmul/matmul.ts';
import { decoder } from '../../shaders/quant/decoders.ts';
import type { Operation, Ref, ReferenceContext, TapeNode } from '../tape/operation.ts';
import type { Value } from '../tape/value.ts';
import type { GroupAttributes, LinearAttributes } from './linearGroup.ts';
import { loraNumbers, loraShape } from './loraOperations.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

const DUMMY: Ref = { buffer: 'dummy' };
const refOf = (value: Value | undefined): Ref => (value ? { value } : DUMMY);

/** Floats of the scratch matrix of a group with its adapter's rows. */
const scratchFloats = (group: GroupAttributes): number =>
  Math.max((group.k + group.ru) * group.out, (group.out + group.ru) * group.k);

function dequantizeCall(group: GroupAttributes, transposed: boolean, ru: number): KernelCall<Ref> {
  const buffers: Record<'w' | 'w_scales' | 'adapter' | 'scratch', Ref> = {
    ...packedRefs(group, ru),
    scratch: { scratch: 0 },
  };
  const { k, out, segments } = group;
  return call(dequantize, {
    buffers,
    params: { k, out, ru, count: segments.length, segments },
    constants: { TRANSPOSED: transposed ? 1 : 0 },
    slots: { decode: decoder(group.format) },
  });
}

function dequantizeOnCpu(group: GroupAttributes, transposed: boolean, ru: number, context: ReferenceContext) {
  const scratch = context.scratch(0, scratchFloats(group));
  dequantizeReference({
    words: context.words({ buffer: group.weights }),
    scales:
      group.format === 'none' ? new Uint32Array(4) : context.words({ buffer: `${group.weights}.scales` }),
    format: group.format,
    adapter: ru > 0 ? context.floats({ buffer: 'adapter' }) : scratch,
    scratch,
    k: group.k,
    out: group.out,
    ru,
    segments: group.segments,
    transposed,
  });
  return scratch;
}

/** Packed weights and the adapter, as both variants bind them. */
function packedRefs(group: GroupAttributes, ru: number): Record<'w' | 'w_scales' | 'adapter', Ref> {
  return {
    w: { buffer: group.weights },
    w_scales: group.format === 'none' ? DUMMY : { buffer: `${group.weights}.scales` },
    adapter: ru > 0 ? { buffer: 'adapter' } : DUMMY,
  };
}

function tiledOptions(group: GroupAttributes, n: number, ru: number, hasResidual: boolean) {
  const { k, out, segments } = group;
  return {
    params: { segments, n, k, out, ru, count: segments.length },
    constants: { HAS_RESIDUAL: hasResidual ? 1 : 0 },
    slots: { decode: decoder(group.format) },
  };
}

function tiledBackward(node: TapeNode<LinearAttributes>, du: Value | undefined, ru: number): KernelCall<Ref> {
  const { group, hasResidual } = node.attributes;
  const [dy] = valueAt(node.inputs, 0);
  const [dx] = valueAt(node.outputs, 0);
  const buffers: Record<'dy' | 'w' | 'w_scales' | 'du' | 'adapter' | 'residual' | 'dx', Ref> = {
    ...packedRefs(group, ru),
    dy: { value: dy },
    du: refOf(du),
    residual: refOf(hasResidual ? node.inputs[1] : undefined),
    dx: { value: dx },
  };
  return call(linearBackwardTiled, {
    buffers,
    ...tiledOptions(group, rowsAndColumns(dy).n, ru, hasResidual),
  });
}

/** Inputs [x, residual?, u?, A…, B…] → y [N, OUT]. */
export const linearForward: Omit<Operation<LinearAttributes>, 'backward'> = {
  name: 'linear',
  scratch: (node, profile) => (profile.linear === 'tiled' ? [] : [scratchFloats(node.attributes.group)]),
  kernels: (node, profile) => {
    const { group, hasResidual } = node.attributes;
    const [x] = valueAt(node.inputs, 0);
    const [y] = valueAt(node.outputs, 0);
    const { n } = rowsAndColumns(x);
    const u = group.ru > 0 ? node.inputs[hasResidual ? 2 : 1] : undefined;
    const residual = hasResidual ? node.inputs[1] : undefined;
    if (profile.linear === 'tiled') {
      const buffers: Record<'x' | 'w' | 'w_scales' | 'u' | 'adapter' | 'residual' | 'y', Ref> = {
        ...packedRefs(group, group.ru),
        x: { value: x },
        u: refOf(u),
        residual: refOf(residual),
        y: { value: y },
      };
      return [call(linearTiled, { buffers, ...tiledOptions(group, n, group.ru, hasResidual) })];
    }
    return [
      dequantizeCall(group, true, group.ru),
      matmulCall<Ref>({
        buffers: {
          a: { value: x },
          u: refOf(u),
          b: { scratch: 0 },
          residual: refOf(residual),
          y: { value: y },
        },
        params: { n, k: group.k, m: group.out, ru: group.ru },
        hasResidual,
      }),
    ];
  },
  reference: (node, context) => {
    const { group, hasResidual } = node.attributes;
    const [x] = valueAt(node.inputs, 0);
    const [y] = valueAt(node.outputs, 0);
    const u = group.ru > 0 ? node.inputs[hasResidual ? 2 : 1] : undefined;
    const residual = hasResidual ? node.inputs[1] : undefined;
    matmulReference({
      a: context.floats({ value: x }),
      u: u ? context.floats({ value: u }) : null,
      b: dequantizeOnCpu(group, true, group.ru, context),
      residual: residual ? context.floats({ value: residual }) : null,
      y: context.floats({ value: y }),
      n: rowsAndColumns(x).n,
      k: group.k,
      m: group.out,
      ru: group.ru,
    });
  },
  flops: (node) => {
    const { group } = node.attributes;
    return 2 * (node.outputs[0]?.shape[0] ?? 0) * (group.k + group.ru) * group.out;
  },
};

/** Inputs [dy, pending?, du?] → dx [N, K]. */
export const linearBackwardOperation: Operation<LinearAttributes> = {
  name: 'linear_backward',
  backward: 'none',
  scratch: (node, profile) => (profile.linear === 'tiled' ? [] : [scratchFloats(node.attributes.group)]),
  kernels: (node, profile) => {
    const { group, hasResidual } = node.attributes;
    const [dy] = valueAt(node.inputs, 0);
    const [dx] = valueAt(node.outputs, 0);
    const { n } = rowsAndColumns(dy);
    const du = node.inputs[hasResidual ? 2 : 1];
    const fused = du !== undefined && group.dropoutRate === 0;
    const ru = fused ? group.ru : 0;
    const calls =
      profile.linear === 'tiled'
        ? [tiledBackward(node, fused ? du : undefined, ru)]
        : [
            dequantizeCall(group, false, ru),
            matmulCall<Ref>({
              buffers: {
                a: { value: dy },
                u: fused ? { value: du } : DUMMY,
                b: { scratch: 0 },
                residual: refOf(hasResidual ? node.inputs[1] : undefined),
                y: { value: dx },
              },
              params: { n, k: group.out, m: group.k, ru },
              hasResidual,
            }),
          ];
    if (du === undefined || fused) return calls;
    const buffers: Record<'du' | 'adapter' | 'step' | 'dx', Ref> = {
      du: { value: du },
      adapter: { buffer: 'adapter' },
      step: { buffer: 'step' },
      dx: { value: dx },
    };
    return [...calls, call(loraDownBackward, { buffers, params: loraNumbers(group, n) })];
  },
  reference: (node, context) => {
    const { group, hasResidual } = node.attributes;
    const [dy] = valueAt(node.inputs, 0);
    const [dx] = valueAt(node.outputs, 0);
    const { n } = rowsAndColumns(dy);
    const du = node.inputs[hasResidual ? 2 : 1];
    const fused = du !== undefined && group.dropoutRate === 0;
    const ru = fused ? group.ru : 0;
    const residual = hasResidual ? node.inputs[1] : undefined;
    matmulReference({
      a: context.floats({ value: dy }),
      u: fused ? context.floats({ value: du }) : null,
      b: dequantizeOnCpu(group, false, ru, context),
      residual: residual ? context.floats({ value: residual }) : null,
      y: context.floats({ value: dx }),
      n,
      k: group.out,
      m: group.k,
      ru,
    });
    if (du !== undefined && !fused) {
      loraDownBackwardReference(
        loraShape(group, n, context),
        context.floats({ value: du }),
        context.floats({ value: dx }),
      );
    }
  },
  flops: (node) => {
    const { group } = node.attributes;
    return 2 * (node.outputs[0]?.shape[0] ?? 0) * (group.out + group.ru) * group.k;
  },
};

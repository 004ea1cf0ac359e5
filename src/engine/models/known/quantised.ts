// A linear as a quantiser leaves it. bitsandbytes keeps a weight as a parameter, packed (4-bit) or as int8, and freezes the bias with it;
// HQQ keeps a packed one; GPTQ and AWQ keep buffers, which are no parameters. Sources: bitsandbytes 0.48 nn/modules.py; transformers 4.57
// integrations/{bitsandbytes,awq,hqq}.py; auto-gptq 0.7 nn_modules/qlinear.

import type { FourBitType } from '../../../shaders/quant/blockwise4.ts';
import type { DType } from '../../torch/autograd/value.ts';
import type { ModuleKind } from '../../torch/nn/module.ts';
import { bytesOf, Module, parameter } from '../../torch/nn/module.ts';

/** How a load quantises linears, or finds them quantised. */
export type Quantisation =
  | { readonly kind: '4bit'; readonly type: FourBitType; readonly doubleQuant: boolean }
  | { readonly kind: '8bit' }
  | { readonly kind: 'gptq' | 'awq' | 'hqq'; readonly bits: number };

interface Shaped {
  readonly name: string;
  readonly shape: readonly number[];
}

type LinearKind = Extract<ModuleKind, { readonly type: 'linear' }>;

const classNames = {
  '4bit': 'Linear4bit',
  '8bit': 'Linear8bitLt',
  gptq: 'QuantLinear',
  awq: 'WQLinear_GEMM',
  hqq: 'HQQLinear',
};

/** Packed bytes of a 4-bit weight with its block scales, as llamaTree.ts counts them. */
function packedBytes(count: number, doubleQuant: boolean): number {
  const blocks = Math.ceil(count / 64);
  return Math.ceil(count / 2) + (doubleQuant ? blocks + Math.ceil(blocks / 256) * 4 : blocks * 4);
}

export function quantisedLinear(
  { inFeatures, outFeatures }: LinearKind,
  parameters: readonly Shaped[],
  how: Quantisation,
  dtype: DType,
): Module {
  const module = new Module(classNames[how.kind], { type: 'linear', inFeatures, outFeatures });
  if (how.kind === 'gptq' || how.kind === 'awq') return module;
  // A Conv1D becomes a linear, its weight turned.
  const shape = [outFeatures, inFeatures];
  const count = inFeatures * outFeatures;
  const frozen = { requiresGrad: false } as const;
  const weight =
    how.kind === '4bit'
      ? parameter('weight', shape, {
          ...frozen,
          dtype: 'uint8',
          quantised: how.type,
          bytes: packedBytes(count, how.doubleQuant),
        })
      : how.kind === '8bit'
        ? parameter('weight', shape, { ...frozen, dtype: 'int8' })
        : parameter('W_q', [Math.ceil((outFeatures * how.bits) / 8), inFeatures], {
            ...frozen,
            dtype: 'uint8',
          });
  module.parameters.set(weight.name, weight);
  for (const { name, shape: own } of parameters)
    if (name !== 'weight')
      module.parameters.set(
        name,
        parameter(name, own, { ...frozen, dtype, bytes: (own[0] ?? 0) * bytesOf(dtype) }),
      );
  return module;
}

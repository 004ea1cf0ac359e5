// One optimiser step as operations of the tape: reduce partial gradients and norms, clip, AdamW over the flat adapter.
// Source: torch 2.13 optim/adam.py, nn/utils/clip_grad.py; transformers 5.18 Trainer (all LoRA tensors decay).

import { adamwReference } from '../../shaders/adamw/adamw.ref.ts';
import { adamw } from '../../shaders/adamw/adamw.ts';
import { clipFactorReference, gradReduceReference } from '../../shaders/grad_norm/grad_norm.ref.ts';
import { clipFactor, gradReduce } from '../../shaders/grad_norm/grad_norm.ts';
import { call } from '../../shaders/kernel.ts';
import type { AdapterLayout } from '../adapters/layout.ts';
import { TENSOR_NORMS_AT } from '../ops/metrics.ts';
import type { Operation, Ref } from '../tape/operation.ts';
import type { Tape } from '../tape/tape.ts';

export interface AdamwOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** <= 0 disables clipping. */
  readonly maxGradNorm: number;
}

interface Attributes extends AdamwOptions {
  /** Floats of the adapter buffer. */
  readonly total: number;
  readonly tensors: number;
  readonly splits: number;
}

const buffer = (name: string): Ref => ({ buffer: name });

const gradNormOperation: Operation<Attributes> = {
  name: 'grad_norm',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: { tensors, splits, total, maxGradNorm } }) => [
    call(gradReduce, {
      buffers: { table: buffer('tensors'), grads: buffer('grads'), metrics: buffer('metrics') },
      params: { tensors, splits, total, norm_offset: TENSOR_NORMS_AT },
    }),
    call(clipFactor, {
      buffers: { metrics: buffer('metrics') },
      params: { tensors, norm_offset: TENSOR_NORMS_AT, max_norm: maxGradNorm },
    }),
  ],
  reference: ({ attributes }, context) => {
    const { tensors, splits, total, maxGradNorm } = attributes;
    const metrics = context.floats(buffer('metrics'));
    const table = context.words(buffer('tensors'));
    const grads = context.floats(buffer('grads'));
    gradReduceReference({ table, grads, metrics, tensors, splits, total, norm_offset: TENSOR_NORMS_AT });
    clipFactorReference({ metrics, tensors, norm_offset: TENSOR_NORMS_AT, max_norm: maxGradNorm });
  },
  flops: ({ attributes }) => (2 + attributes.splits) * attributes.total,
};

const adamwOperation: Operation<Attributes> = {
  name: 'adamw',
  backward: 'none',
  effect: true,
  kernels: ({ attributes: { total, beta1, beta2, eps } }) => [
    call(adamw, {
      buffers: {
        p: buffer('adapter'),
        grads: buffer('grads'),
        m: buffer('adam_m'),
        v: buffer('adam_v'),
        table: buffer('adam_table'),
        metrics: buffer('metrics'),
        step: buffer('step'),
      },
      params: { n: total, beta2, one_minus_beta1: 1 - beta1, one_minus_beta2: 1 - beta2, eps },
    }),
  ],
  reference: ({ attributes }, context) => {
    const { total, beta1, beta2, eps } = attributes;
    adamwReference({
      p: context.floats(buffer('adapter')),
      grads: context.floats(buffer('grads')),
      m: context.floats(buffer('adam_m')),
      v: context.floats(buffer('adam_v')),
      table: context.floats(buffer('adam_table')),
      clipFactor: context.floats(buffer('metrics'))[1] ?? 1,
      learningRate: context.step.learningRate,
      biasCorrection1: context.step.biasCorrection1,
      biasCorrection2: context.step.biasCorrection2,
      n: total,
      beta1,
      beta2,
      eps,
    });
  },
  flops: ({ attributes }) => 14 * attributes.total,
};

/** Appends the update to a tape. */
export function recordAdamw(tape: Tape, layout: AdapterLayout, splits: number, options: AdamwOptions): void {
  const attributes = { ...options, total: layout.total, tensors: layout.tensors.length, splits };
  const common = { inputs: [], outputs: [], attributes, path: 'optimizer' };
  tape.withRole('update', () => {
    tape.record({ operation: gradNormOperation, ...common });
    tape.record({ operation: adamwOperation, ...common });
  });
}

/** Offset and length of each tensor, for grad_reduce. */
export function tensorTable(layout: AdapterLayout): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(layout.tensors.flatMap((tensor) => [tensor.offset, tensor.length]));
}

/** Weight decay and learning-rate factor of every 64 floats; -1 where the tensor gets no gradient. */
export function adamwTable(
  layout: AdapterLayout,
  weightDecay: number,
  hasGradient: (index: number) => boolean,
): Float32Array<ArrayBuffer> {
  const table = new Float32Array((layout.total / 64) * 2);
  layout.tensors.forEach((tensor, index) => {
    for (let at = tensor.offset / 64; at < (tensor.offset + tensor.length) / 64; at++) {
      table[2 * at] = weightDecay;
      table[2 * at + 1] = hasGradient(index) ? 1 : -1;
    }
  });
  return table;
}

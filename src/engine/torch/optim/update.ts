// What every update begins with, and the tables that all optimisers share: gradients summed over their parts, norms, clipping;
// weight decay and learning-rate factor by tensor. Source: torch 2.13 nn/utils/clip_grad.py; transformers 5.24 Trainer, whose
// decay group leaves out biases and norms.
import {
  clipFactor,
  gradReduce,
  gradStretches,
  stretchNorms,
  stretchTable,
} from '../../../shaders/grad_norm/grad_norm.ts';
import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import type { Operation, Ref } from '../autograd/operation.ts';
import type { Tape } from '../autograd/tape.ts';
import { TENSOR_NORMS_AT } from '../ops/metrics.ts';
import { rowLanes, sharesSums } from '../ops/sums.ts';
import type { AdapterLayout, PlacedTensor } from '../trainedLayout.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';

interface Attributes {
  /** Floats of the adapter buffer. */
  readonly total: number;
  readonly tensors: number;
  /** Of all tensors, where several workgroups share one. */
  readonly stretches: number;
  readonly splits: number;
  /** <= 0 disables clipping. */
  readonly maxGradNorm: number;
}

const buffer = (name: string): Ref => ({ buffer: name });

const gradNormOperation: Operation<Attributes> = {
  name: 'grad_norm',
  backward: 'none',
  effect: true,
  scratch: ({ attributes }, profile) => (sharesSums(profile) ? [attributes.stretches] : []),
  kernels: ({ attributes: { tensors, stretches, splits, total, maxGradNorm } }, profile) => {
    const [table, grads, metrics] = [buffer('tensors'), buffer('grads'), buffer('metrics')];
    const squares: Ref = { scratch: 0 };
    const norms = { tensors, norm_offset: TENSOR_NORMS_AT };
    const reduced: KernelCall<Ref>[] = sharesSums(profile)
      ? [
          call(gradStretches, {
            buffers: { table, grads, squares },
            params: { tensors, stretches, splits, total },
          }),
          call(stretchNorms, { buffers: { table, squares, metrics }, params: norms }),
        ]
      : [call(gradReduce, { buffers: { table, grads, metrics }, params: { ...norms, splits, total } })];
    return [
      ...reduced,
      call(clipFactor, {
        buffers: { metrics },
        params: { ...norms, max_norm: maxGradNorm },
        constants: rowLanes(profile),
      }),
    ];
  },
  lower: 'kernels',
  flops: ({ attributes }) => (2 + attributes.splits) * attributes.total,
};

export interface UpdateOptions extends OptimizerOptions {
  readonly maxGradNorm: number;
  readonly splits: number;
  /** Records how what follows from trained tensors gives them its gradients. */
  readonly recordGradients: (tape: Tape) => void;
}

/** Appends a whole update to a tape. */
export function recordOptimizerStep(
  tape: Tape,
  layout: AdapterLayout,
  optimizer: Optimizer,
  options: UpdateOptions,
): void {
  const { maxGradNorm, splits, recordGradients } = options;
  tape.withRole('update', () => {
    recordGradients(tape);
    tape.record({
      operation: gradNormOperation,
      inputs: [],
      outputs: [],
      attributes: {
        total: layout.total,
        tensors: layout.tensors.length,
        stretches: stretchesOf(layout).stretches,
        splits,
        maxGradNorm,
      },
      path: 'optimizer',
    });
    optimizer.record(tape, layout, options);
  });
}

const stretchesOf = (layout: AdapterLayout) =>
  stretchTable(layout.tensors.map(({ offset, length }) => [offset, length]));

/** Offset and length of each tensor, for grad_reduce, and its stretches. */
export const tensorTable = (layout: AdapterLayout): Uint32Array<ArrayBuffer> => stretchesOf(layout).table;

/** Trainer's decay group: everything but biases and norms (get_decay_parameter_names). */
const decays = (name: string): boolean => !/bias|layernorm|rmsnorm|(^|\.)norm($|\.)|_norm($|\.)/.test(name);

export interface RateOptions {
  readonly weightDecay: number;
  /** LoRA+: lora_B learns this many times faster; 0 is off. Source: PEFT 0.21 optimizers/loraplus.py. */
  readonly loraPlusRatio: number;
}

/** LoRA+'s group: the second factors of linears, and whatever is a vector. */
const isFast = ({ adapter, parameter }: PlacedTensor): boolean =>
  parameter.shape.length === 1 || (adapter?.lowRank?.modules != null && adapter.lowRank.b === parameter);

/** Floats of the rate table. */
export const rateTableLength = ({ total }: AdapterLayout): number => 2 * Math.max(1, total / 64);

/** Weight decay and learning-rate factor of every 64 floats; -1 where the tensor gets no gradient. */
export function rateTable(
  layout: AdapterLayout,
  { weightDecay, loraPlusRatio }: RateOptions,
  hasGradient: (index: number) => boolean,
): Float32Array<ArrayBuffer> {
  // What is no tensor, as factors that are made of vectors, gets no update.
  const table = Float32Array.from({ length: rateTableLength(layout) }, (_, i) => (i % 2 === 0 ? 0 : -1));
  layout.tensors.forEach((tensor, index) => {
    const fast = loraPlusRatio > 0 && isFast(tensor);
    const factor = hasGradient(index) ? (fast ? loraPlusRatio : 1) : -1;
    for (let at = tensor.offset / 64; at < (tensor.offset + tensor.length) / 64; at++) {
      table[2 * at] = decays(tensor.name) ? weightDecay : 0;
      table[2 * at + 1] = factor;
    }
  });
  return table;
}

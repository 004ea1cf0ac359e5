// Layout of the `metrics` buffer, the one small thing read back a step: clipping, micro-batches, tensor norms. In floats.

import type { StepNumbers } from '../../../shaders/lib/step.ts';

/** [0] global gradient norm, [1] clipping factor. */
export const MICRO_BATCHES_AT = 8;
/**
 * Micro-batches of one accumulation window, eight floats each: loss · loss_scale, correct, counted, entropy; of pairs the mean
 * rewards of chosen and rejected and the share of pairs that prefer the chosen.
 */
export const MICRO_BATCH_FLOATS = 8;
const MAX_MICRO_BATCHES = 64;
export const TENSOR_NORMS_AT = MICRO_BATCHES_AT + MICRO_BATCH_FLOATS * MAX_MICRO_BATCHES;

/** Length of the buffer for an adapter of so many tensors. */
export const metricsLength = (tensors: number): number => TENSOR_NORMS_AT + tensors;

/** Where the numbers of a submission's micro-batch stand. */
export const microBatchAt = ({ microBatch }: Pick<StepNumbers, 'microBatch'>): number =>
  MICRO_BATCHES_AT + MICRO_BATCH_FLOATS * microBatch;

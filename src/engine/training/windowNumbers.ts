// What the metrics buffer says of one optimiser step, under the meaning that TRL gives each number (numerics reference 4.4).
import type { Batch } from '../data/batches.ts';
import { MICRO_BATCH_FLOATS, MICRO_BATCHES_AT, TENSOR_NORMS_AT } from '../torch/ops/metrics.ts';
import type { StepMetrics } from './metrics.ts';

type FromDevice = 'rewards' | 'loss' | 'gradNorm' | 'meanTokenAccuracy' | 'entropy' | 'tensorNorms';
type FromData = 'tokens' | 'paddedTokens';

/** Of a window of micro-batches. */
export function windowNumbers(
  metrics: Float32Array,
  window: readonly Batch[],
): Pick<StepMetrics, FromDevice | FromData> {
  const micro = window.map((_, i) => MICRO_BATCHES_AT + MICRO_BATCH_FLOATS * i);
  /** Unweighted mean over micro-batches of a mean a token. */
  const meanOf = (place: number): number =>
    micro.reduce((sum, at) => sum + (metrics[at + place] ?? 0) / Math.max(1, metrics[at + 2] ?? 0), 0) /
    micro.length;
  const mean = (place: number): number =>
    micro.reduce((sum, at) => sum + (metrics[at + place] ?? 0), 0) / micro.length;
  const paired = window.some(({ starts }) => starts !== null);
  return {
    ...(paired ? { rewards: { chosen: mean(4), rejected: mean(5), accuracy: mean(6) } } : {}),
    loss: micro.reduce((sum, at) => sum + (metrics[at] ?? 0), 0),
    gradNorm: metrics[0] ?? 0,
    meanTokenAccuracy: meanOf(1),
    entropy: meanOf(3),
    tensorNorms: [...metrics.subarray(TENSOR_NORMS_AT)],
    tokens: window.reduce((sum, { realTokens }) => sum + realTokens, 0),
    paddedTokens: window.reduce((sum, { rows, width, documents }) => sum + (documents ? 1 : rows) * width, 0),
  };
}

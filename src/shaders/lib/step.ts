// Host side of lib/step.wgsl: the per-submission numbers and their 48 bytes.
import source from './step.wgsl?raw';

export const stepSnippet: string = source;
export const STEP_SIZE_BYTES = 48;

export interface StepNumbers {
  /** Dropout stream of this micro-batch, u32. */
  readonly seed: number;
  /** Absolute position of the first token; 0 when training. */
  readonly position: number;
  /** Optimiser step from 1. */
  readonly optimizerStep: number;
  /** Index inside the accumulation window. */
  readonly microBatch: number;
  readonly learningRate: number;
  /** 1 - beta1^t */
  readonly biasCorrection1: number;
  /** 1 - beta2^t */
  readonly biasCorrection2: number;
  /** 1 / number of label tokens in the whole accumulation window. */
  readonly lossScale: number;
  /** NEFTune: largest noise on an element of the embeddings. */
  readonly noise: number;
}

/** For runs that neither train nor draw. */
export const idleStep: StepNumbers = {
  seed: 0,
  position: 0,
  optimizerStep: 0,
  microBatch: 0,
  learningRate: 0,
  biasCorrection1: 1,
  biasCorrection2: 1,
  lossScale: 0,
  noise: 0,
};

export function encodeStep(step: StepNumbers): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(STEP_SIZE_BYTES));
  view.setUint32(0, step.seed, true);
  view.setUint32(4, step.position, true);
  view.setUint32(8, step.optimizerStep, true);
  view.setUint32(12, step.microBatch, true);
  view.setFloat32(16, step.learningRate, true);
  view.setFloat32(20, step.biasCorrection1, true);
  view.setFloat32(24, step.biasCorrection2, true);
  view.setFloat32(28, step.lossScale, true);
  view.setFloat32(32, step.noise, true);
  return view.buffer;
}

// Test-only: the step uniform's bytes with given numbers over harmless defaults.
import type { StepNumbers } from '../lib/step.ts';
import { encodeStep } from '../lib/step.ts';

const quiet: StepNumbers = {
  seed: 1,
  position: 0,
  optimizerStep: 1,
  microBatch: 0,
  learningRate: 0.1,
  biasCorrection1: 1,
  biasCorrection2: 1,
  lossScale: 1,
};

export const stepBytes = (numbers: Partial<StepNumbers> = {}): Uint8Array<ArrayBuffer> =>
  new Uint8Array(encodeStep({ ...quiet, ...numbers }));

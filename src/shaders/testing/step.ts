// Test-only: the step uniform's bytes with given numbers over harmless defaults.
import type { StepNumbers } from '../lib/step.ts';
import { encodeStep, idleStep } from '../lib/step.ts';

const quiet: StepNumbers = { ...idleStep, seed: 1, optimizerStep: 1, learningRate: 0.1, lossScale: 1 };

export const stepBytes = (numbers: Partial<StepNumbers> = {}): Uint8Array<ArrayBuffer> =>
  new Uint8Array(encodeStep({ ...quiet, ...numbers }));

// Test-only: the step uniform's bytes with given numbers over harmless defaults, and the numbers that such bytes hold.
import type { StepNumbers } from '../lib/step.ts';
import { encodeStep, idleStep } from '../lib/step.ts';

const quiet: StepNumbers = { ...idleStep, seed: 1, optimizerStep: 1, learningRate: 0.1, lossScale: 1 };

export const stepBytes = (numbers: Partial<StepNumbers> = {}): Uint8Array<ArrayBuffer> =>
  new Uint8Array(encodeStep({ ...quiet, ...numbers }));

/** As a shader reads them: in float32. */
export function decodeStep(bytes: ArrayBufferView | undefined): StepNumbers {
  if (!bytes) return quiet;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    seed: view.getUint32(0, true),
    position: view.getUint32(4, true),
    optimizerStep: view.getUint32(8, true),
    microBatch: view.getUint32(12, true),
    learningRate: view.getFloat32(16, true),
    biasCorrection1: view.getFloat32(20, true),
    biasCorrection2: view.getFloat32(24, true),
    lossScale: view.getFloat32(28, true),
    noise: view.getFloat32(32, true),
  };
}

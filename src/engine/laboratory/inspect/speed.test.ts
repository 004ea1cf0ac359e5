// The laboratory answers a knob at once, also for a model of thirty layers.
import { expect, it } from 'vitest';
import type { LlamaConfig } from '../../models/llamaConfig.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { inspect } from '../inspect.ts';

const thirty: LlamaConfig = {
  hiddenSize: 576,
  intermediateSize: 1536,
  layers: 30,
  heads: 9,
  kvHeads: 3,
  headDim: 64,
  vocabSize: 49152,
  ropeTheta: 1e5,
  rmsNormEps: 1e-5,
  maxPositions: 8192,
  tied: true,
};

it('inspects thirty layers with a diagnosis in under 100 ms', () => {
  const failing = withPatch(defaultValues, {
    'wiring.attach': 'get_peft_model',
    'train.gradient_checkpointing': true,
  });
  // The fastest of many, for other tests run beside it.
  const times = Array.from({ length: 24 }, () => {
    const started = performance.now();
    expect(inspect(thirty, failing).diagnosis?.id).toBe('reentrant-without-hook');
    return performance.now() - started;
  });
  expect(Math.min(...times)).toBeLessThan(100);
});

// Test-only: a snapshot of a made-up run, with everything that its decoder asks for.
import { defaultValues } from '../recipe/recipe.ts';
import type { Snapshot } from '../session/snapshot.ts';
import type { StepMetrics } from '../training/metrics.ts';

const metricsOf = (step: number): StepMetrics => ({
  ...{ step, loss: 2, gradNorm: 1, learningRate: 1e-3, epoch: 1, tokens: 3, paddedTokens: 3 },
  ...{ tokensPerSecond: 1, meanTokenAccuracy: 0, entropy: 0, evalLoss: null, stepMs: 1, etaMs: 1 },
  tensorNorms: [],
});

/** `floats`: of each of its three arrays. */
export const savedOf = (step: number, floats = 4): Snapshot => ({
  recipe: { preset: 'ships-log', values: defaultValues, data: { name: 'é.jsonl', text: '{"text":"你好"}' } },
  state: {
    step,
    adapter: Float32Array.from({ length: floats }, (_, i) => [1, -0, 1e-45, 3.5][i % 4] ?? 0),
    best: null,
    optimizer: [new Float32Array(floats).fill(0.1), new Float32Array(floats).fill(1e-9)],
  },
  metrics: Array.from({ length: step }, (_, i) => metricsOf(i + 1)),
  totalSteps: 60,
  before: [{ prompt: 'Where?', text: 'There.' }],
  device: 'webgpu:mesa/software',
});

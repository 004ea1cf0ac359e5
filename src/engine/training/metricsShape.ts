// The shape of a step's metrics, as messages carry and saved runs keep them.
import type { Check } from '../ground/shapes.ts';
import { list, nullable, number, optional, shape } from '../ground/shapes.ts';
import type { StepMetrics } from './metrics.ts';

export const stepMetrics: Check<StepMetrics> = shape<StepMetrics>({
  step: number,
  loss: number,
  gradNorm: number,
  learningRate: number,
  epoch: number,
  tokens: number,
  paddedTokens: number,
  tokensPerSecond: number,
  meanTokenAccuracy: number,
  entropy: number,
  evalLoss: nullable(number),
  rewards: optional(shape({ chosen: number, rejected: number, accuracy: number })),
  stepMs: number,
  etaMs: number,
  tensorNorms: list(number),
});

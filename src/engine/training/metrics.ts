// What one optimiser step tells: plain numbers that charts, log and saved runs share.

export interface StepMetrics {
  readonly step: number;
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly epoch: number;
  /** Non-padding tokens seen in this step. */
  readonly tokens: number;
  /** With the padding that TRL would have made. */
  readonly paddedTokens: number;
  readonly tokensPerSecond: number;
  readonly meanTokenAccuracy: number;
  /** Of the predicted tokens, in nats. */
  readonly entropy: number;
  readonly evalLoss: number | null;
  /** Of pairs, means over micro-batches; absent without pairs. */
  readonly rewards?: { readonly chosen: number; readonly rejected: number; readonly accuracy: number };
  readonly stepMs: number;
  readonly etaMs: number;
  /** Gradient norm of each tensor with a gradient, in the order of `ParameterInfo.normIndex`. */
  readonly tensorNorms: readonly number[];
}

/** What the trainer tells: how much is left is the run's to say (runPace.ts). */
export type TrainedStep = Omit<StepMetrics, 'etaMs'>;

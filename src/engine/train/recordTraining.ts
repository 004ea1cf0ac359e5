// Records what a run replays: one micro-batch (forward, loss, backward), the update, and an evaluation batch.

import type { AdapterLayout } from '../adapters/layout.ts';
import { layoutAdapters } from '../adapters/layout.ts';
import { recordLlama } from '../models/llama.ts';
import type { LlamaConfig } from '../models/llamaConfig.ts';
import type { BatchShape, WiredModel } from '../models/recording.ts';
import { Recording } from '../models/recording.ts';
import { linearCrossEntropy } from '../ops/linearCrossEntropy.ts';
import { backward } from '../tape/backward.ts';
import { Tape } from '../tape/tape.ts';

export interface RecordedBatch {
  readonly tape: Tape;
  readonly recording: Recording;
}

/** Forward, loss and backward of one micro-batch. Throws PythonError when the loss has no grad_fn. */
export function recordTraining(
  model: WiredModel,
  config: LlamaConfig,
  layout: AdapterLayout,
  batch: BatchShape,
  call: string,
  smoothing = 0,
): RecordedBatch {
  const tape = new Tape();
  const recording = new Recording(tape, model, layout);
  const { final } = recordLlama(recording, config, batch);
  const loss = linearCrossEntropy(recording, { hidden: final, lossGradFn: 'DivBackward0', smoothing });
  backward(tape, loss, call);
  return { tape, recording };
}

/** Forward and loss alone, in eval mode: no dropout, no checkpointing, no gradient. */
export function recordEvaluation(
  model: WiredModel,
  config: LlamaConfig,
  layout: AdapterLayout,
  batch: BatchShape,
  smoothing = 0,
): RecordedBatch {
  const tape = new Tape();
  const recording = new Recording(tape, model, layout);
  inEvalMode(model, () =>
    tape.withGrad(false, () => {
      const { final } = recordLlama(recording, config, batch);
      linearCrossEntropy(recording, { hidden: final, lossGradFn: 'DivBackward0', smoothing });
    }),
  );
  return { tape, recording };
}

/** model.eval() around `body`, every module's mode restored after it. */
export function inEvalMode<T>(model: WiredModel, body: () => T): T {
  const modes = [...model.root.namedModules()].map(([, module]) => [module, module.training] as const);
  model.root.train(false);
  try {
    return body();
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}

export const adapterLayoutOf = (model: WiredModel): AdapterLayout => layoutAdapters(model.root);

// Records what a run replays: one micro-batch (forward, loss, backward), the update, and an evaluation batch.

import type { HiddenStates } from '../models/decoder.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import { recordForward } from '../models/recordForward.ts';
import { backward } from '../torch/autograd/backward.ts';
import { Tape } from '../torch/autograd/tape.ts';
import type { Value } from '../torch/autograd/value.ts';
import { linearCrossEntropy } from '../torch/ops/linearCrossEntropy.ts';
import type { Preference } from '../torch/ops/preferenceLoss.ts';
import { preferenceLoss } from '../torch/ops/preferenceLoss.ts';
import { tokenLosses } from '../torch/ops/tokenLosses.ts';
import type { BatchShape, WiredModel } from '../torch/recording.ts';
import { Recording } from '../torch/recording.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import { layoutAdapters } from '../torch/trainedLayout.ts';

export interface RecordedBatch {
  readonly tape: Tape;
  readonly recording: Recording;
}

/** The same with what its layers made. */
export interface RecordedTraining extends RecordedBatch {
  readonly states: HiddenStates;
}

export interface LossOptions {
  /** label_smoothing_factor. */
  readonly smoothing?: number;
  /** Rows are pairs. */
  readonly preference?: Preference | null;
}

function lossOf(recording: Recording, hidden: Value, { tokens }: BatchShape, options: LossOptions): Value {
  const { preference, smoothing = 0 } = options;
  return preference
    ? preferenceLoss(recording, { ...preference, hidden, tokens })
    : linearCrossEntropy(recording, { hidden, lossGradFn: 'DivBackward0', smoothing });
}

export interface TrainingOptions extends LossOptions {
  /** Bytes from which on what rests between the passes is kept in half precision; absent: never. */
  readonly halvesFrom?: number;
}

/** Forward, loss and backward of one micro-batch. Throws PythonError when the loss has no grad_fn. */
export function recordTraining(
  model: WiredModel,
  config: ModelConfig,
  layout: AdapterLayout,
  batch: BatchShape,
  call: string,
  { halvesFrom, ...options }: TrainingOptions = {},
): RecordedTraining {
  const tape = new Tape();
  if (halvesFrom !== undefined) tape.halvesFrom = halvesFrom;
  const recording = new Recording(tape, model, layout);
  const states = recordForward(recording, config, batch);
  const loss = lossOf(recording, states.final, batch, options);
  backward(tape, loss, call);
  return { tape, recording, states };
}

/** Forward and loss alone, in eval mode: no dropout, no checkpointing, no gradient. */
export function recordEvaluation(
  model: WiredModel,
  config: ModelConfig,
  layout: AdapterLayout,
  batch: BatchShape,
  options: LossOptions = {},
): RecordedBatch {
  const tape = new Tape();
  const recording = new Recording(tape, model, layout);
  inEvalMode(model, () =>
    tape.withGrad(false, () => {
      const { final } = recordForward(recording, config, batch);
      lossOf(recording, final, batch, options);
    }),
  );
  return { tape, recording };
}

/** The same pass without gradient and without adapters, in the model's own mode: the reference of a preference loss. */
export function recordReference(
  model: WiredModel,
  config: ModelConfig,
  layout: AdapterLayout,
  batch: BatchShape,
): RecordedBatch {
  const tape = new Tape();
  const recording = new Recording(tape, model, layout);
  withoutAdapters(model, () =>
    tape.withGrad(false, () => {
      const { final } = recordForward(recording, config, { ...batch, noisy: false });
      lossOf(recording, final, batch, { preference: { objective: 'reference', beta: 1 } });
    }),
  );
  return { tape, recording };
}

/** Every token's loss in eval mode, by the model with its adapters or without. */
export function recordTokenLosses(
  model: WiredModel,
  config: ModelConfig,
  layout: AdapterLayout,
  batch: BatchShape,
  { adapter, smoothing = 0 }: { readonly adapter: boolean; readonly smoothing?: number },
): Tape {
  const tape = new Tape();
  const record = (): void =>
    inEvalMode(model, () =>
      tape.withGrad(false, () => {
        const recording = new Recording(tape, model, layout);
        const { final } = recordForward(recording, config, batch);
        tokenLosses(recording, { hidden: final, smoothing });
      }),
    );
  if (adapter) record();
  else withoutAdapters(model, record);
  return tape;
}

/** disable_adapter() around `body`. */
export function withoutAdapters<T>(model: WiredModel, body: () => T): T {
  const wrappers = [...model.root.modules()].flatMap(({ kind }) =>
    (kind.type === 'adapted' || kind.type === 'saved') && !kind.disabled ? [kind] : [],
  );
  for (const wrapper of wrappers) wrapper.disabled = true;
  try {
    return body();
  } finally {
    for (const wrapper of wrappers) wrapper.disabled = false;
  }
}

/** model.eval() around `body`, every module's mode restored after it. */
export function inEvalMode<T>(model: WiredModel, body: () => T): T {
  const modes = [...model.root.modules()].map((module) => [module, module.training] as const);
  model.root.train(false);
  try {
    return body();
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
}

export const adapterLayoutOf = (model: WiredModel): AdapterLayout => layoutAdapters(model);

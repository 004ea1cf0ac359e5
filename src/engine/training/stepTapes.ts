// What a run records, a tape a purpose and a shape: one micro-batch, an evaluation batch, the reference of pairs, the update.
// The run prepares these and the estimate plans them; neither knows another way.
import { decoderOf } from '../models/families.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import type { Wired } from '../python/run/wire.ts';
import type { Tape } from '../torch/autograd/tape.ts';
import type { BatchShape } from '../torch/recording.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { LearnerOptions } from './learner.ts';
import { recordUpdate } from './learner.ts';
import type { LossOptions, RecordedBatch } from './recordTraining.ts';
import { recordEvaluation, recordReference, recordTraining } from './recordTraining.ts';

export interface StepOptions {
  readonly loss: LossOptions;
  /** NEFTune's alpha; 0: no noise. */
  readonly noiseAlpha: number;
  readonly learner: LearnerOptions;
  /** Bytes from which on activations rest in half precision until the backward pass; absent: never. */
  readonly halvesFrom?: number;
}

export interface StepTapesInputs {
  readonly config: ModelConfig;
  readonly wired: Wired;
  readonly layout: AdapterLayout;
  readonly options: StepOptions;
}

export class StepTapes {
  readonly #inputs: StepTapesInputs;

  constructor(inputs: StepTapesInputs) {
    this.#inputs = inputs;
  }

  /** Whether every batch is scored by the base alone before it is trained on or evaluated. */
  get hasReference(): boolean {
    const objective = this.#inputs.options.loss.preference?.objective;
    return objective !== undefined && objective !== 'orpo';
  }

  /** What the paths of nodes inside decoder layers begin with. */
  get layers(): string {
    return `${decoderOf(this.#inputs.config).paths.layers}.`;
  }

  /** Throws PythonError when the loss has no grad_fn. */
  training(shape: BatchShape): RecordedBatch {
    const { wired, config, layout, options } = this.#inputs;
    const noisy = options.noiseAlpha > 0;
    return recordTraining(wired, config, layout, { ...shape, noisy }, wired.backwardCall, {
      ...options.loss,
      ...(options.halvesFrom === undefined ? {} : { halvesFrom: options.halvesFrom }),
    });
  }

  evaluation(shape: BatchShape): Tape {
    const { wired, config, layout, options } = this.#inputs;
    return recordEvaluation(wired, config, layout, shape, options.loss).tape;
  }

  reference(shape: BatchShape): Tape {
    const { wired, config, layout } = this.#inputs;
    return recordReference(wired, config, layout, shape).tape;
  }

  update(): Tape {
    return recordUpdate(this.#inputs.layout, this.#inputs.options.learner);
  }
}

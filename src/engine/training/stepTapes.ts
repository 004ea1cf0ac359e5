// What a run records, a tape a purpose and a shape: one micro-batch, an evaluation batch, the reference of pairs, the update.
// The run prepares these and the estimate plans them; neither knows another way.
import type { LlamaConfig } from '../models/llamaConfig.ts';
import type { Wired } from '../python/run/wire.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { Tape } from '../torch/autograd/tape.ts';
import type { Preference } from '../torch/ops/preferenceLoss.ts';
import type { BatchShape } from '../torch/recording.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import { recordUpdate } from './learner.ts';
import type { LossOptions, RecordedBatch } from './recordTraining.ts';
import { recordEvaluation, recordReference, recordTraining } from './recordTraining.ts';

export interface StepTapesInputs {
  readonly config: LlamaConfig;
  readonly wired: Wired;
  readonly layout: AdapterLayout;
  readonly values: RecipeValues;
}

/** What a recipe's objective asks of pairs; null for single rows. */
function preferenceOf(values: RecipeValues): Preference | null {
  const objective = values['train.objective'];
  if (objective === 'sft') return null;
  return {
    objective: objective === 'orpo' ? objective : values['train.dpo_loss_type'],
    beta: values['train.beta'],
  };
}

export class StepTapes {
  readonly #inputs: StepTapesInputs;
  readonly #loss: LossOptions;

  constructor(inputs: StepTapesInputs) {
    this.#inputs = inputs;
    const { values } = inputs;
    this.#loss = { smoothing: values['train.label_smoothing_factor'], preference: preferenceOf(values) };
  }

  /** Whether every batch is scored by the base alone before it is trained on or evaluated. */
  get hasReference(): boolean {
    const objective = this.#loss.preference?.objective;
    return objective !== undefined && objective !== 'orpo';
  }

  /** Throws PythonError when the loss has no grad_fn. */
  training(shape: BatchShape): RecordedBatch {
    const { wired, config, layout, values } = this.#inputs;
    const noisy = values['train.neftune_noise_alpha'] > 0;
    return recordTraining(wired, config, layout, { ...shape, noisy }, wired.backwardCall, this.#loss);
  }

  evaluation(shape: BatchShape): Tape {
    const { wired, config, layout } = this.#inputs;
    return recordEvaluation(wired, config, layout, shape, this.#loss).tape;
  }

  reference(shape: BatchShape): Tape {
    const { wired, config, layout } = this.#inputs;
    return recordReference(wired, config, layout, shape).tape;
  }

  update(): Tape {
    return recordUpdate(this.#inputs.layout, this.#inputs.values);
  }
}

// The executables of a run, prepared once a shape: one micro-batch, an evaluation batch, the reference of pairs, the update.

import type { LlamaConfig } from '../models/llamaConfig.ts';
import type { Wired } from '../python/run/wire.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import { makePlan } from '../torch/autograd/plan.ts';
import type { Tape } from '../torch/autograd/tape.ts';
import type { Preference } from '../torch/ops/preferenceLoss.ts';
import type { BatchShape } from '../torch/recording.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { Backend, Executable } from './backends/backend.ts';
import type { LossOptions, RecordedBatch } from './recordTraining.ts';
import { recordEvaluation, recordReference, recordTraining } from './recordTraining.ts';

export interface StepPlansInputs {
  readonly backend: Backend;
  readonly config: LlamaConfig;
  readonly wired: Wired;
  readonly layout: AdapterLayout;
  readonly values: RecipeValues;
  readonly recordUpdate: () => Tape;
}

/** What a recipe's objective asks of pairs; null for single rows. */
export function preferenceOf(values: RecipeValues): Preference | null {
  const objective = values['train.objective'];
  if (objective === 'sft') return null;
  return {
    objective: objective === 'orpo' ? objective : values['train.dpo_loss_type'],
    beta: values['train.beta'],
  };
}

export class StepPlans {
  /** Of one micro-batch, inside decoder layers. */
  layerDispatches = 0;
  readonly #inputs: StepPlansInputs;
  readonly #loss: LossOptions;
  readonly #executables = new Map<string, Promise<Executable>>();

  constructor(inputs: StepPlansInputs) {
    this.#inputs = inputs;
    const { values } = inputs;
    this.#loss = { smoothing: values['train.label_smoothing_factor'], preference: preferenceOf(values) };
  }

  /** Throws PythonError when the loss has no grad_fn. */
  record(shape: BatchShape): RecordedBatch {
    const { wired, config, layout } = this.#inputs;
    return recordTraining(wired, config, layout, shape, wired.backwardCall, this.#loss);
  }

  training(shape: BatchShape): Promise<Executable> {
    const { backend } = this.#inputs;
    return this.#once(`train ${shape.rows}×${shape.tokens}`, () => {
      const plan = makePlan(this.record(shape).tape, backend.profile);
      const inLayers = plan.nodes.filter((node) => node.path.includes('.layers.'));
      this.layerDispatches = inLayers.reduce(
        (sum, node) => sum + node.operation.kernels(node, backend.profile).length,
        0,
      );
      return backend.prepare(plan);
    });
  }

  evaluation(shape: BatchShape): Promise<Executable> {
    const { wired, config, layout } = this.#inputs;
    return this.#of(`eval ${shape.rows}×${shape.tokens}`, () =>
      recordEvaluation(wired, config, layout, shape, this.#loss),
    );
  }

  /** null where the objective has no reference. */
  reference(shape: BatchShape): Promise<Executable> | null {
    const { wired, config, layout } = this.#inputs;
    const objective = this.#loss.preference?.objective;
    if (objective === undefined || objective === 'orpo') return null;
    return this.#of(`reference ${shape.rows}×${shape.tokens}`, () =>
      recordReference(wired, config, layout, shape),
    );
  }

  update(): Promise<Executable> {
    return this.#of('update', () => ({ tape: this.#inputs.recordUpdate() }));
  }

  #of(key: string, record: () => { readonly tape: Tape }): Promise<Executable> {
    const { backend } = this.#inputs;
    return this.#once(key, () => backend.prepare(makePlan(record().tape, backend.profile)));
  }

  #once(key: string, make: () => Promise<Executable>): Promise<Executable> {
    const made = this.#executables.get(key) ?? make();
    this.#executables.set(key, made);
    return made;
  }
}

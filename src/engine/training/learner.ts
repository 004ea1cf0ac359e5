// The optimiser's side of a run: its buffers, the numbers of each step (learning rate, corrections), saving and going on.
// Knows no batches; trainer.ts has them.
import type { StepNumbers } from '../../shaders/lib/step.ts';
import { idleStep } from '../../shaders/lib/step.ts';
import { invariant } from '../ground/errors.ts';
import { jsonObject } from '../ground/settings/jsonObject.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import { Tape } from '../torch/autograd/tape.ts';
import { gradientSplits } from '../torch/ops/loraOperations.ts';
import type { Optimizer, StateBuffer } from '../torch/optim/optimizer.ts';
import { optimizerNamed } from '../torch/optim/optimizers.ts';
import type { ScheduleOptions } from '../torch/optim/schedules.ts';
import { scheduleFactor } from '../torch/optim/schedules.ts';
import { rateTable, recordOptimizerStep, tensorTable } from '../torch/optim/update.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { Backend } from './backends/backend.ts';
import { adapterTooLarge } from './trainingErrors.ts';

/** Bytes of the optimiser's state, for the estimate. */
export const optimizerStateFloats = (layout: AdapterLayout, values: RecipeValues): number =>
  optimizerNamed(values['train.optim'])
    .state(layout)
    .reduce((sum, { floats }) => sum + floats, 0);

export class Learner {
  readonly optimizer: Optimizer;
  readonly #backend: Backend;
  readonly #layout: AdapterLayout;
  readonly #values: RecipeValues;
  readonly #schedule: ScheduleOptions;
  readonly #state: readonly StateBuffer[];

  /**
   * Makes the buffers. Throws UserError 'schedule' for arguments that the schedule does not take, 'binding-too-large' for an adapter
   * that the device can't bind.
   */
  constructor(backend: Backend, layout: AdapterLayout, values: RecipeValues, totalSteps: number) {
    this.optimizer = optimizerNamed(values['train.optim']);
    this.#backend = backend;
    this.#layout = layout;
    this.#values = values;
    const warmup = values['train.warmup_steps'];
    this.#schedule = {
      type: values['train.lr_scheduler_type'],
      warmupSteps: warmup < 1 ? Math.ceil(warmup * totalSteps) : Math.round(warmup),
      totalSteps,
      learningRate: values['train.learning_rate'],
      kwargs: jsonObject(values['train.lr_scheduler_kwargs']),
    };
    for (let k = 0; k < totalSteps; k += Math.max(1, Math.floor(totalSteps / 4)))
      scheduleFactor(this.#schedule, k);
    const gradients = 4 * layout.total * gradientSplits(layout.total);
    const { maxBindingBytes } = backend.profile;
    if (gradients > maxBindingBytes) throw adapterTooLarge({ bytes: gradients, most: maxBindingBytes });
    const smallest = 64;
    this.#state = this.optimizer
      .state(layout)
      .map(({ name, floats }) => ({ name, floats: Math.max(smallest, floats) }));
    for (const { name, floats } of this.#state) backend.allocate(name, floats);
    for (const [name, table] of this.optimizer.tables(layout)) backend.upload(name, table);
    backend.allocate('grads', Math.max(smallest, layout.total) * gradientSplits(layout.total));
    backend.upload('tensors', layout.tensors.length > 0 ? tensorTable(layout) : new Uint32Array(2));
  }

  #options() {
    const values = this.#values;
    return {
      beta1: values['train.adam_beta1'],
      beta2: values['train.adam_beta2'],
      eps: values['train.adam_epsilon'],
    };
  }

  /** Which tensors get a gradient is known once a batch has been recorded. */
  setReached(hasGradient: (index: number) => boolean): void {
    const rates = {
      weightDecay: this.#values['train.weight_decay'],
      loraPlusRatio: this.#values['train.loraplus_lr_ratio'],
    };
    this.#backend.upload('rates', rateTable(this.#layout, rates, hasGradient));
  }

  /** Norms, clipping, update. */
  recordUpdate(): Tape {
    const tape = new Tape();
    recordOptimizerStep(tape, this.#layout, this.optimizer, {
      ...this.#options(),
      maxGradNorm: this.#values['train.max_grad_norm'],
      splits: gradientSplits(this.#layout.total),
    });
    return tape;
  }

  /** Numbers of optimiser step `step` (from 0) over `items` label tokens. */
  numbers(step: number, items: number): StepNumbers {
    return {
      ...idleStep,
      optimizerStep: step + 1,
      learningRate: this.#schedule.learningRate * scheduleFactor(this.#schedule, step),
      ...this.optimizer.numbers(step + 1, this.#options()),
      lossScale: 1 / Math.max(1, items),
    };
  }

  /** What it remembers, buffer by buffer. */
  async state(): Promise<Float32Array<ArrayBuffer>[]> {
    const buffers: Float32Array<ArrayBuffer>[] = [];
    for (const { name, floats } of this.#state)
      buffers.push(await this.#backend.read(name, 0, floats, 'save'));
    return buffers;
  }

  restore(buffers: readonly Float32Array<ArrayBuffer>[]): void {
    invariant(buffers.length === this.#state.length, `trainer: the state has ${buffers.length} buffers`);
    for (const [index, { name, floats }] of this.#state.entries()) {
      const buffer = buffers[index];
      invariant(
        buffer?.length === floats,
        `trainer: '${name}' has ${buffer?.length ?? 0} floats, not ${floats}`,
      );
      this.#backend.write(name, buffer);
    }
  }
}

// The optimiser's side of a run: its buffers, the numbers of each step (learning rate, corrections), saving and going on.
// Knows no batches; trainer.ts has them.
import type { StepNumbers } from '../../shaders/lib/step.ts';
import { idleStep } from '../../shaders/lib/step.ts';
import { methods } from '../adapters/methods.ts';
import { invariant } from '../ground/errors.ts';
import type { BufferData } from '../torch/autograd/bufferData.ts';
import { Tape } from '../torch/autograd/tape.ts';
import { gradientSplits } from '../torch/ops/loraOperations.ts';
import type { OptimizerName } from '../torch/optim/names.ts';
import type { Optimizer, OptimizerOptions, StateBuffer } from '../torch/optim/optimizer.ts';
import { optimizers } from '../torch/optim/optimizers.ts';
import type { ScheduleOptions } from '../torch/optim/schedules.ts';
import { scheduleFactor, warmupStepsOf } from '../torch/optim/schedules.ts';
import { rateTable, rateTableLength, recordOptimizerStep, tensorTable } from '../torch/optim/update.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { Backend } from './backends/backend.ts';
import type { NamedBuffers } from './namedBuffers.ts';
import { LEAST_FLOATS, makeBuffers } from './namedBuffers.ts';
import { adapterTooLarge } from './trainingErrors.ts';

export interface LearnerOptions {
  readonly optimizer: OptimizerName;
  readonly numbers: OptimizerOptions;
  readonly schedule: Pick<ScheduleOptions, 'type' | 'learningRate' | 'kwargs'>;
  /** Steps; below 1 a share of the run. */
  readonly warmup: number;
  readonly weightDecay: number;
  /** LoRA+: how many times faster lora_B learns; 0: off. */
  readonly loraPlusRatio: number;
  /** 0: no clipping. */
  readonly maxGradNorm: number;
}

/** What the optimiser remembers from step to step. */
function stateOf(layout: AdapterLayout, { optimizer }: LearnerOptions): readonly StateBuffer[] {
  return optimizers[optimizer]
    .state(layout)
    .map(({ name, floats }) => ({ name, floats: Math.max(LEAST_FLOATS, floats) }));
}

/** Gradients of the adapter, in the parts that kernels add them up in. */
export function gradientBuffers({ total }: AdapterLayout): NamedBuffers {
  return new Map([['grads', Math.max(LEAST_FLOATS, total) * gradientSplits(total)]]);
}

/** The optimiser's state and tables. */
export function optimizerBuffers(layout: AdapterLayout, options: LearnerOptions): NamedBuffers {
  return new Map<string, BufferData | number>([
    ...stateOf(layout, options).map(({ name, floats }) => [name, floats] as const),
    ...optimizers[options.optimizer].tables(layout),
    ['tensors', layout.tensors.length > 0 ? tensorTable(layout) : new Uint32Array(2)],
    ['rates', rateTableLength(layout)],
  ]);
}

/** Norms, clipping, update. */
export function recordUpdate(layout: AdapterLayout, options: LearnerOptions): Tape {
  const tape = new Tape();
  const splits = gradientSplits(layout.total);
  recordOptimizerStep(tape, layout, optimizers[options.optimizer], {
    ...options.numbers,
    maxGradNorm: options.maxGradNorm,
    splits,
    recordGradients: (own) => {
      for (const { derived } of methods) derived?.recordGradients(own, layout, splits);
    },
  });
  return tape;
}

export class Learner {
  readonly optimizer: Optimizer;
  readonly #backend: Backend;
  readonly #layout: AdapterLayout;
  readonly #options: LearnerOptions;
  readonly #schedule: ScheduleOptions;
  readonly #state: readonly StateBuffer[];

  /**
   * Makes the buffers. Throws UserError 'schedule-…' for arguments that the schedule does not take, 'adapter-too-large' for an adapter
   * that the device can't bind.
   */
  constructor(backend: Backend, layout: AdapterLayout, options: LearnerOptions, totalSteps: number) {
    this.optimizer = optimizers[options.optimizer];
    this.#backend = backend;
    this.#layout = layout;
    this.#options = options;
    const { warmup } = options;
    this.#schedule = {
      ...options.schedule,
      warmupSteps: warmupStepsOf(warmup, totalSteps),
      totalSteps,
    };
    for (let k = 0; k < totalSteps; k += Math.max(1, Math.floor(totalSteps / 4)))
      scheduleFactor(this.#schedule, k);
    const gradients = 4 * layout.total * gradientSplits(layout.total);
    const { maxBindingBytes } = backend.profile;
    if (gradients > maxBindingBytes) throw adapterTooLarge({ bytes: gradients, most: maxBindingBytes });
    this.#state = stateOf(layout, options);
    makeBuffers(backend, gradientBuffers(layout));
    makeBuffers(backend, optimizerBuffers(layout, options));
  }

  /** Which tensors get a gradient is known once a batch has been recorded. */
  setReached(hasGradient: (index: number) => boolean): void {
    this.#backend.upload('rates', rateTable(this.#layout, this.#options, hasGradient));
  }

  /** Numbers of optimiser step `step` (from 0) over `items` label tokens. */
  numbers(step: number, items: number): StepNumbers {
    return {
      ...idleStep,
      optimizerStep: step + 1,
      learningRate: this.#schedule.learningRate * scheduleFactor(this.#schedule, step),
      ...this.optimizer.numbers(step + 1, this.#options.numbers),
      lossScale: 1 / Math.max(1, items),
    };
  }

  /** Floats of what it remembers, buffer by buffer. */
  get lengths(): readonly number[] {
    return this.#state.map(({ floats }) => floats);
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

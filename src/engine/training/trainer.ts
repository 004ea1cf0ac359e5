// The training loop over a backend: windows of micro-batches, update, metrics, evaluation. One readback a step. Knows no
// messages and no page; session/ drives it. Semantics: numerics reference 4.1 to 4.6 (transformers 5.18, TRL 1.13).

import { idleStep } from '../../shaders/lib/step.ts';
import type { FirstValues } from '../adapters/firstValues.ts';
import { initialiseAdapter } from '../adapters/initialise.ts';
import type { Batch, RunLength, Schedule } from '../data/batches.ts';
import { epochAfter, largestShape, makeBatch, shapeOf, totalSteps, windowOf } from '../data/batches.ts';
import type { Example } from '../data/tokenize.ts';
import { invariant } from '../ground/errors.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import type { Wired } from '../python/run/wire.ts';
import { MICRO_BATCHES_AT, metricsLength } from '../torch/ops/metrics.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { Backend } from './backends/backend.ts';
import { BeforeStep } from './beforeStep.ts';
import type { Best, BestOptions } from './bestState.ts';
import { betterOf, outOfPatience } from './bestState.ts';
import { noiseOf } from './embeddingNoise.ts';
import { Learner } from './learner.ts';
import type { TrainedStep } from './metrics.ts';
import { batchBuffers, makeBuffers } from './namedBuffers.ts';
import { adapterLayoutOf } from './recordTraining.ts';
import { StepPlans } from './stepPlans.ts';
import type { StepOptions } from './stepTapes.ts';
import { StepTapes } from './stepTapes.ts';
import type { TrainerState } from './trainerState.ts';
import { updateNorms } from './updateNorms.ts';
import { windowNumbers } from './windowNumbers.ts';

export interface TrainerOptions extends StepOptions {
  /** Its seed draws the adapter and the dropout masks too. */
  readonly length: RunLength;
  /** Steps between evaluations; 0: none. */
  readonly evalSteps: number;
  readonly best: BestOptions;
}

export interface TrainerInputs {
  readonly backend: Backend;
  readonly config: ModelConfig;
  readonly wired: Wired;
  readonly options: TrainerOptions;
  readonly train: readonly Example[];
  readonly test: readonly Example[];
  readonly padId: number;
  /** The adapter's numbers, in place of those that the seed draws. */
  readonly initial?: Float32Array<ArrayBuffer> | null;
  /** What of the first values comes out of the base, in place of drawn ones; the rest follows from them. */
  readonly first?: FirstValues;
  /** What holds for the step after so many; absent: `options` throughout. Of them the learning rate, the length and evaluation may change. */
  readonly optionsAt?: (step: number) => TrainerOptions;
  /** Milliseconds, steadily growing. */
  readonly now: () => number;
}

/** The flat adapter buffer of a fresh adapter, but for what is computed on the device. */
function firstAdapter({ options, first }: TrainerInputs, layout: AdapterLayout): Float32Array<ArrayBuffer> {
  const flat = first?.factors?.slice() ?? initialiseAdapter(layout, options.length.seed);
  for (const [offset, copy] of first?.copies ?? []) flat.set(copy, offset);
  return flat;
}

export class Trainer {
  readonly layout: AdapterLayout;
  /** Dispatches of the latest optimiser step. */
  dispatchesPerStep = 0;
  #step = 0;
  #lastRate = 0;
  #best: Best | null = null;
  readonly #inputs: TrainerInputs;
  #options: TrainerOptions;
  #schedule: Schedule & RunLength;
  readonly #learner: Learner;
  readonly #before: BeforeStep;
  readonly #plans: StepPlans;

  constructor(inputs: TrainerInputs) {
    const { train, backend } = inputs;
    const options = inputs.optionsAt?.(0) ?? inputs.options;
    this.#inputs = inputs;
    this.layout = adapterLayoutOf(inputs.wired);
    this.#options = options;
    this.#schedule = { ...options.length, rows: train.length };
    const { layout } = this;
    backend.upload('adapter', inputs.initial ?? firstAdapter(inputs, layout));
    this.#learner = new Learner(backend, layout, options.learner, this.totalSteps);
    this.#plans = new StepPlans(backend, new StepTapes({ ...inputs, layout }));
    this.#before = new BeforeStep(backend, inputs.config, inputs.wired, layout);
    const shapes = [train, inputs.test].flatMap((rows) => largestShape(rows, this.#schedule.batchSize) ?? []);
    makeBuffers(backend, batchBuffers(shapes, layout));
  }

  /** Dispatches of one micro-batch inside decoder layers. */
  get layerDispatches(): number {
    return this.#plans.layerDispatches;
  }

  get totalSteps(): number {
    return totalSteps(this.#schedule);
  }

  /** How long the run is as things stand after so many steps. */
  totalStepsAt(step: number): number {
    const options = this.#inputs.optionsAt?.(step) ?? this.#inputs.options;
    return totalSteps({ ...options.length, rows: this.#inputs.train.length });
  }

  /** Takes up what was changed. */
  follow(): void {
    const options = this.#inputs.optionsAt?.(this.#step);
    if (!options) return;
    this.#options = options;
    this.#schedule = { ...options.length, rows: this.#inputs.train.length };
    this.#learner.follow(options.learner, this.totalSteps);
  }

  get step(): number {
    return this.#step;
  }

  get finished(): boolean {
    return this.#step >= this.totalSteps || outOfPatience(this.#best, this.#options.best);
  }

  /** The lowest eval_loss so far. */
  get best(): Best | null {
    return this.#best;
  }

  /** Row numbers of each micro-batch of optimiser step `step` (from 0). */
  rowsOf(step: number): readonly (readonly number[])[] {
    return windowOf(this.#schedule, step);
  }

  /** Brings what follows from the adapter up to it, before something else than a step reads it. */
  refresh(): Promise<void> {
    return this.#before.refresh();
  }

  /** Floats of the arrays of a state: the adapter, then the optimiser's. */
  get stateLengths(): readonly number[] {
    return [Math.max(64, this.layout.total), ...this.#learner.lengths];
  }

  /** What the steps so far have made. Waits for them. */
  async state(): Promise<TrainerState> {
    const { backend } = this.#inputs;
    const [length = 0] = this.stateLengths;
    return {
      step: this.#step,
      adapter: await backend.read('adapter', 0, length, 'save'),
      optimizer: await this.#learner.state(),
      best: this.#best,
    };
  }

  /** How far the last step moved each tensor; empty for an optimiser that does not tell. Waits for it. */
  async updateNorms(): Promise<number[]> {
    const { optimizer, numbers, weightDecay } = this.#inputs.options.learner;
    if (optimizer !== 'adamw_torch') return [];
    return updateNorms(this.layout, await this.state(), {
      learningRate: this.#lastRate,
      ...numbers,
      weightDecay,
    });
  }

  /** Goes on from a state of the same recipe. */
  restore(state: TrainerState): void {
    const { backend } = this.#inputs;
    invariant(
      state.adapter.length === Math.max(64, this.layout.total),
      `trainer: the state has ${state.adapter.length} floats, the adapter ${this.layout.total}`,
    );
    backend.write('adapter', state.adapter);
    this.#learner.restore(state.optimizer);
    this.#step = state.step;
    this.#best = state.best;
    this.follow();
  }

  /**
   * Compiles the first window and learns which tensors get a gradient. Throws PythonError when the loss has no grad_fn. `told`: kernels
   * that are compiled, of how many.
   */
  async prepare(told: (done: number, total: number) => void = () => {}): Promise<void> {
    const [rows = []] = windowOf(this.#schedule, 0);
    const first = this.#batch(rows);
    const { recording } = this.#plans.record(shapeOf(first));
    const reached = this.layout.tensors.map(
      (tensor) => tensor.parameter.requiresGrad && recording.gradientOf(tensor.parameter) !== null,
    );
    this.#learner.setReached((i) => reached[i] ?? false);
    if (!this.#inputs.initial) await this.#before.initialise();
    await this.#plans.first(shapeOf(first), told);
  }

  /** One optimiser step. */
  async next(): Promise<TrainedStep> {
    const { backend, now } = this.#inputs;
    this.follow();
    const options = this.#options;
    const started = now();
    const before = backend.counters.dispatches;
    const window = windowOf(this.#schedule, this.#step).map((rows) => this.#batch(rows));
    // Of pairs each micro-batch counts as one, as Trainer has it where the batch has no labels.
    const items = window.reduce((sum, batch) => sum + (batch.starts ? 1 : batch.labelCount), 0);
    const numbers = this.#learner.numbers(this.#step, items);
    backend.clear('grads');
    await this.#before.refresh();
    for (const [microBatch, batch] of window.entries()) {
      this.#write(batch);
      const seed =
        (options.length.seed * 0x9e3779b1 + this.#step * this.#schedule.accumulation + microBatch) >>> 0;
      const { config } = this.#inputs;
      const noise = noiseOf(config, options.noiseAlpha, batch.width);
      await this.#refer(batch);
      const training = await this.#plans.training(shapeOf(batch));
      await backend.run(training, { ...numbers, microBatch, seed, noise });
    }
    await backend.run(await this.#plans.update(), numbers);
    const metrics = await backend.read('metrics', 0, metricsLength(this.layout.tensors.length));
    this.dispatchesPerStep = backend.counters.dispatches - before;
    this.#step += 1;
    const every = options.evalSteps;
    const evaluates = this.#inputs.test.length > 0 && every > 0;
    const evalLoss =
      evaluates && (this.#step % every === 0 || this.finished) ? await this.#evaluateAndKeep() : null;
    this.#lastRate = numbers.learningRate;
    const stepMs = now() - started;
    const measured = windowNumbers(metrics, window);
    return {
      ...measured,
      step: this.#step,
      learningRate: numbers.learningRate,
      epoch: epochAfter(this.#schedule, this.#step),
      tokensPerSecond: (measured.tokens / Math.max(stepMs, 0.001)) * 1000,
      evalLoss,
      stepMs,
    };
  }

  /** Keeps the best state, and goes back to it when this was the last evaluation. */
  async #evaluateAndKeep(): Promise<number> {
    const { backend } = this.#inputs;
    const options = this.#options.best;
    const evalLoss = await this.evaluate();
    const read = () => backend.read('adapter', 0, Math.max(64, this.layout.total), 'save');
    this.#best = await betterOf(this.#best, { step: this.#step, evalLoss }, options, read);
    if (this.finished && options.keepsAdapter) backend.write('adapter', this.#best.adapter);
    return evalLoss;
  }

  /** eval_loss: mean over rows of each batch's mean loss a token; packed rows of a batch count as one. */
  async evaluate(): Promise<number> {
    const { backend, test } = this.#inputs;
    const { batchSize } = this.#schedule;
    await this.#before.refresh();
    let [sum, count] = [0, 0];
    for (let at = 0; at < test.length; at += batchSize) {
      const batch = makeBatch(test.slice(at, at + batchSize), this.#inputs.padId);
      this.#write(batch);
      await this.#refer(batch);
      const executable = await this.#plans.evaluation(shapeOf(batch));
      await backend.run(executable, {
        ...idleStep,
        lossScale: batch.starts ? 1 : 1 / Math.max(1, batch.labelCount),
      });
      const [loss = 0] = await backend.read('metrics', MICRO_BATCHES_AT, 1);
      const weight = batch.documents ? 1 : batch.rows;
      sum += loss * weight;
      count += weight;
    }
    return sum / count;
  }

  #write(batch: Batch): void {
    const { backend } = this.#inputs;
    backend.write('ids', batch.ids);
    backend.write('labels', batch.labels);
    if (batch.documents) backend.write('documents', batch.documents);
    if (batch.starts) backend.write('starts', batch.starts);
  }

  /** Scores a batch of pairs without adapters, where the objective compares with that. */
  async #refer(batch: Batch): Promise<void> {
    const reference = await this.#plans.reference(shapeOf(batch));
    if (reference) await this.#inputs.backend.run(reference, idleStep);
  }

  #batch(rows: readonly number[]) {
    const { train, padId } = this.#inputs;
    return makeBatch(
      rows.flatMap((row) => train[row] ?? []),
      padId,
    );
  }
}

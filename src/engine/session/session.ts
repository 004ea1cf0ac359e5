// Obeys the page's commands in order and reports events. One run at a time; pause, stop and reset take effect between
// steps and between tokens. Knows nothing of workers: messages come in through `handle`.
import { assertRankFits } from '../adapters/rankFits.ts';
import type { OpenedBackend } from '../backends/openDevice.ts';
import { openBackend, probeDevice } from '../backends/openDevice.ts';
import { UserError } from '../errors.ts';
import { inspect } from '../inspect/inspect.ts';
import { weightFormatsOf } from '../models/weightSource.ts';
import type { BackendChoice, Command, Event } from '../protocol.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { recipeProblems } from '../recipe/recipe.ts';
import { PythonError } from '../tape/pythonError.ts';
import { weightOptions } from '../wiring/wire.ts';
import type { Assets } from './assets.ts';
import { errorData } from './errorData.ts';
import { estimateCost } from './estimate.ts';
import { prepareData } from './prepareData.ts';
import { TrainingRun } from './run.ts';

export interface SessionOptions {
  readonly assets: Assets;
  readonly gpu: GPU | null;
  readonly emit: (event: Event) => void;
  readonly now: () => number;
  /** Resolves after messages that wait have been handled. */
  readonly breathe: () => Promise<void>;
}

type Wish = 'go' | 'pause' | 'stop' | 'reset';

const BREATHE_EVERY_MS = 40;

const sameRecipe = (a: Recipe, b: Recipe): boolean =>
  JSON.stringify([a.preset, a.values, a.data ?? null]) ===
  JSON.stringify([b.preset, b.values, b.data ?? null]);

export class Session {
  readonly #options: SessionOptions;
  #run: TrainingRun | null = null;
  #opened: OpenedBackend | null = null;
  #wish: Wish = 'go';
  /** Whether the closing answers of the run were asked for. */
  #ended = false;
  #work: Promise<void> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Resolves when the command, and what stood before it, is done. Never rejects: failures are events. */
  handle(command: Command): Promise<void> {
    if (command.type === 'pause' || command.type === 'stop' || command.type === 'reset')
      this.#wish = command.type;
    if (command.type === 'inspect') return this.#inspect(command.id, command.recipe);
    if (command.type === 'pause') return Promise.resolve();
    this.#work = this.#work.then(() => this.#obey(command)).catch((error: unknown) => this.#fail(error));
    return this.#work;
  }

  async #obey(command: Exclude<Command, { type: 'inspect' | 'pause' }>): Promise<void> {
    switch (command.type) {
      case 'probe':
        this.#options.emit({ type: 'device', device: await probeDevice(this.#options.gpu, command.backend) });
        return;
      case 'train':
        return this.#train(command.recipe, command.backend, Number.POSITIVE_INFINITY);
      case 'step':
        return this.#train(command.recipe, command.backend, 1);
      case 'stop':
        return this.#stop();
      case 'reset':
        this.#forget();
        this.#wish = 'go';
        this.#options.emit({ type: 'phase', phase: 'idle', done: 0, total: 0, note: '' });
        return;
      case 'ask':
        this.#wish = 'go';
        if (!this.#run)
          throw new UserError('no-run', 'Questions: there is no run to ask yet. Press Train first.');
        await this.#run.ask(command.id, command.prompts, 'before', command.recipe);
        return this.#run.ask(command.id, command.prompts, 'after', command.recipe);
    }
  }

  async #train(recipe: Recipe, choice: BackendChoice, steps: number): Promise<void> {
    this.#wish = 'go';
    this.#ended = false;
    const resumes = this.#run !== null && !this.#run.finished && sameRecipe(this.#run.recipe, recipe);
    const run = resumes && this.#run ? this.#run : await this.#begin(recipe, choice);
    if (!run) return;
    run.phase('running');
    for (let done = 0; done < steps && !run.finished && this.#wish === 'go'; done++) {
      await run.next();
      run.phase('running');
      await this.#options.breathe();
    }
    if (run.finished) return this.#finish(run);
    if (this.#wish === 'go' || this.#wish === 'pause') run.phase('paused');
  }

  async #begin(recipe: Recipe, choice: BackendChoice): Promise<TrainingRun | null> {
    this.#forget();
    const { emit, assets, now, breathe } = this.#options;
    let last = now();
    const opened = await openBackend({
      gpu: this.#options.gpu,
      choice,
      now,
      breathe: () => {
        if (now() - last < BREATHE_EVERY_MS) return null;
        last = now();
        return breathe();
      },
    });
    this.#opened = opened;
    emit({ type: 'device', device: opened.device });
    void opened.lost.then((error) => {
      if (this.#opened === opened) this.#fail(error);
    });
    const cancelled = (): boolean => this.#wish === 'reset' || this.#wish === 'stop';
    const run = await TrainingRun.begin({ assets, recipe, opened, emit, now, cancelled, breathe });
    if (this.#leaves()) return null;
    run.phase('before');
    await run.answers('before');
    if (this.#leaves()) return null;
    this.#run = run;
    return run;
  }

  /** A run that ended while the wish to stop it waited has said so already. */
  async #stop(): Promise<void> {
    this.#wish = 'go';
    if (this.#run && !this.#ended) await this.#finish(this.#run);
  }

  async #finish(run: TrainingRun): Promise<void> {
    this.#ended = true;
    run.phase('after');
    await run.answers('after');
    if (this.#leaves()) return;
    this.#options.emit({ type: 'finished', steps: run.step, fingerprint: run.fingerprint });
  }

  /** Whether a reset came in while something was awaited. */
  #leaves(): boolean {
    return this.#wish === 'reset';
  }

  #forget(): void {
    const opened = this.#opened;
    this.#opened = null;
    this.#run = null;
    opened?.backend.destroy();
  }

  #fail(error: unknown): void {
    this.#forget();
    this.#options.emit({
      type: 'failed',
      error: errorData(error),
      raisedBy: error instanceof PythonError ? 'python' : 'engine',
    });
  }

  async #inspect(id: number, recipe: Recipe): Promise<void> {
    const { assets, emit } = this.#options;
    try {
      const problems = recipeProblems(recipe.values);
      if (problems.length > 0) throw new UserError('recipe', problems.join(' '));
      const [files, source] = await Promise.all([assets.model(recipe), assets.rows(recipe)]);
      const data = prepareData(source, files.tokenizer, recipe.values);
      const inspection = inspect(files.config, recipe.values, {
        batch: { rows: recipe.values['train.per_device_train_batch_size'], tokens: data.longestBatch },
        estimate: (examined) => {
          const weightFormat = weightFormatsOf(files.formatOf, weightOptions(recipe.values));
          const wired = { ...examined, weightFormat };
          assertRankFits(wired.root);
          const { longestBatch: longestTokens, facts } = data;
          return estimateCost({
            config: files.config,
            wired,
            values: recipe.values,
            longestTokens,
            steps: facts.steps,
          });
        },
        rows: data.facts,
        data: data.summary,
        prompts: source.prompts,
      });
      emit({ type: 'inspected', id, inspection });
    } catch (error) {
      emit({ type: 'inspect-failed', id, error: errorData(error) });
    }
  }
}

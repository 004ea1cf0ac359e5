// Obeys the page's commands in order and reports events. One run at a time; pause, stop and reset take effect between
// steps, between tokens and while weights load. A lost device is opened again and the run goes on from what was saved.
// Knows nothing of workers: messages come in through `handle`.

import { exportFolders } from '../exchange/export/formats.ts';
import { Cancelled, UserError } from '../ground/errors.ts';
import type { Command, Event } from '../protocol.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { sameRun } from '../recipe/sameRun.ts';
import { PythonError } from '../torch/autograd/pythonError.ts';
import type { BackendChoice } from '../training/backends/deviceInfo.ts';
import type { OpenedBackend } from '../training/backends/openDevice.ts';
import { openBackend, probeDevice } from '../training/backends/openDevice.ts';
import type { TuningCache } from '../training/backends/tune.ts';
import { deviceLost } from '../training/trainingErrors.ts';
import type { Assets } from './assets.ts';
import { errorData } from './errorData.ts';
import { lossBehind } from './lossBehind.ts';
import type { Question } from './questions.ts';
import { answer, isQuestion } from './questions.ts';
import { TrainingRun } from './run.ts';
import { SavedRuns } from './savedRuns.ts';
import type { ScriptCommand } from './scriptDesk.ts';
import { nothingToAsk, nothingToTake } from './sessionErrors.ts';
import type { SnapshotStore } from './snapshot.ts';

export interface SessionOptions {
  readonly assets: Assets;
  readonly gpu: GPU | null;
  readonly store: SnapshotStore;
  readonly tuning?: TuningCache | null;
  readonly emit: (event: Event) => void;
  readonly now: () => number;
  /** Resolves after messages that wait have been handled. */
  readonly breathe: () => Promise<void>;
}

type Wish = 'go' | 'pause' | 'stop' | 'reset';
type Queued = Exclude<Command, Question | ScriptCommand | { type: 'pause' | 'ping' }>;

const BREATHE_EVERY_MS = 40;
/** A device that is lost again and again is not opened a fourth time. */
const MOST_RECOVERIES = 3;

export class Session {
  readonly #options: SessionOptions;
  #run: TrainingRun | null = null;
  #opened: OpenedBackend | null = null;
  readonly #saved: SavedRuns;
  /** The run was asked for as a file, and is given between two steps. */
  #takes = false;
  #wish: Wish = 'go';
  /** Of what is being fetched for the run. */
  #giving = new AbortController();
  /** Whether the closing answers of the run were asked for. */
  #ended = false;
  #busy = false;
  #work: Promise<void> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#saved = new SavedRuns(options.store, options.emit);
  }

  /** Resolves when the command, and what stood before it, is done. Never rejects: failures are events. */
  handle(command: Exclude<Command, ScriptCommand>): Promise<void> {
    if (command.type === 'pause' || command.type === 'stop' || command.type === 'reset')
      this.#wish = command.type;
    if (command.type === 'stop' || command.type === 'reset') this.#giving.abort();
    if (command.type === 'ping') this.#options.emit({ type: 'pong' });
    if (command.type === 'take-run') this.#takes = true;
    const { assets, emit } = this.#options;
    if (isQuestion(command)) return answer(command, assets, emit);
    if (command.type === 'pause' || command.type === 'ping') return Promise.resolve();
    this.#work = this.#work
      .then(() => {
        this.#busy = true;
        return this.#obey(command);
      })
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#busy = false;
      });
    return this.#work;
  }

  async #obey(command: Queued): Promise<void> {
    const { emit, gpu } = this.#options;
    switch (command.type) {
      case 'probe':
        emit({ type: 'device', device: await probeDevice(gpu, command.backend) });
        return;
      case 'train':
        return this.#train(command.recipe, command.backend, Number.POSITIVE_INFINITY);
      case 'step':
        return this.#train(command.recipe, command.backend, 1);
      case 'stop':
        return this.#stop();
      case 'reset':
        await this.#run?.keeper.clear();
        this.#forget();
        this.#saved.forget();
        this.#wish = 'go';
        emit({ type: 'phase', phase: 'idle', done: 0, total: 0, note: '' });
        return;
      case 'ask':
        this.#go();
        return this.#ask(command);
      case 'norms':
        return emit({ type: 'norms', id: command.id, updates: (await this.#run?.updateNorms()) ?? [] });
      case 'export':
        return this.#export(command);
      case 'take-run':
        return this.#giveRun();
      case 'saved':
        return this.#saved.tell();
      case 'open-run':
        return this.#saved.open(command.file);
      case 'resume': {
        const recipe = await this.#saved.resume(command.recipe);
        this.#forget();
        return this.#train(recipe, command.backend, Number.POSITIVE_INFINITY);
      }
      case 'discard':
        return this.#saved.discard();
    }
  }

  /** Hands out the run as a file, if that was asked for. */
  async #giveRun(): Promise<void> {
    if (!this.#takes) return;
    this.#takes = false;
    const { emit } = this.#options;
    if (this.#run) emit({ type: 'exported', id: 0, folder: 'run', files: [await this.#run.saved()] });
    else emit({ type: 'refused', error: errorData(nothingToTake({})) });
  }

  /** What a format can't say is told; the run stays as it is. */
  async #export({ id, format, dtype }: Extract<Command, { type: 'export' }>): Promise<void> {
    const { emit } = this.#options;
    try {
      if (!this.#run) throw nothingToTake({});
      const files = await this.#run.exportAs(format, dtype);
      emit({ type: 'exported', id, folder: exportFolders[format], files });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      emit({ type: 'refused', error: errorData(error) });
    }
  }

  async #ask(command: Extract<Command, { type: 'ask' }>): Promise<void> {
    const { id, prompts, recipe, backend } = command;
    if (!this.#run && !this.#saved.waiting) throw nothingToAsk({});
    await this.#recovering(async () => {
      const run = this.#run ?? (await this.#begin(this.#saved.waiting ?? recipe, backend));
      await run?.ask(id, prompts, 'before', recipe);
      await run?.ask(id, prompts, 'after', recipe);
    });
  }

  async #train(recipe: Recipe, choice: BackendChoice, steps: number): Promise<void> {
    this.#go();
    this.#ended = false;
    let target: number | null = null;
    await this.#recovering(async () => {
      const resumes = this.#run !== null && !this.#run.finished && sameRun(this.#run.recipe, recipe);
      const run = resumes && this.#run ? this.#run : await this.#begin(recipe, choice);
      if (!run) return;
      target ??= run.step + steps;
      run.phase('running');
      while (run.step < target && !run.finished && this.#wish === 'go') {
        await run.next();
        run.phase('running');
        await this.#giveRun();
        await this.#options.breathe();
      }
      if (run.finished) return this.#finish(run);
      await run.save();
      if (this.#wish === 'go' || this.#wish === 'pause') run.phase('paused');
    });
  }

  /** Runs `body`; when the device was lost under it, opens another and runs it again from what was saved. */
  async #recovering(body: () => Promise<void>): Promise<void> {
    const { emit } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        await body();
        return;
      } catch (error) {
        if (error instanceof Cancelled) return this.#cancelled();
        const loss = await lossBehind(error, this.#opened);
        if (!deviceLost.is(loss) || attempt > MOST_RECOVERIES) throw loss;
        emit({ type: 'phase', phase: 'loading', done: 0, total: 0, note: 'recovering' });
        await this.#saved.recall();
        this.#forget();
      }
    }
  }

  #cancelled(): void {
    this.#forget();
    this.#options.emit({ type: 'phase', phase: 'idle', done: 0, total: 0, note: 'cancelled' });
  }

  async #begin(recipe: Recipe, choice: BackendChoice): Promise<TrainingRun | null> {
    const saved = this.#saved.take(recipe);
    this.#forget();
    const { emit, assets, now, breathe } = this.#options;
    const { store } = this.#saved;
    let last = now();
    const opened = await openBackend({
      gpu: this.#options.gpu,
      choice,
      now,
      half: recipe.values['model.dtype'] !== 'float32',
      tuning: this.#options.tuning ?? null,
      breathe: () => {
        if (now() - last < BREATHE_EVERY_MS) return null;
        last = now();
        return breathe();
      },
    });
    this.#opened = opened;
    emit({ type: 'device', device: opened.device });
    void opened.lost.then((error) => this.#lost(opened, error));
    const cancelled = (): boolean => this.#wish === 'reset' || this.#wish === 'stop';
    const run = await TrainingRun.begin({
      assets,
      recipe,
      opened,
      store,
      saved,
      emit,
      now,
      cancelled,
      signal: this.#giving.signal,
      breathe,
    });
    if (this.#leaves()) return null;
    if (!saved) {
      run.phase('before');
      await run.answers('before');
      if (this.#leaves()) return null;
    }
    this.#run = run;
    return run;
  }

  /** A device lost while nothing runs costs nothing: the next command begins from what was saved. */
  #lost(opened: OpenedBackend, error: UserError): void {
    if (this.#opened !== opened) return;
    if (!deviceLost.is(error)) this.#fail(error);
    else if (!this.#busy) this.#goIdle(opened);
  }

  #goIdle(opened: OpenedBackend): void {
    void this.#saved.recall().then(() => {
      if (this.#opened === opened && !this.#busy) this.#forget();
    });
  }

  /** A run that ended while the wish to stop it waited has said so already. */
  async #stop(): Promise<void> {
    this.#go();
    const run = this.#run;
    if (run && !this.#ended) await this.#recovering(() => this.#finish(run));
  }

  async #finish(run: TrainingRun): Promise<void> {
    this.#ended = true;
    run.phase('after');
    await run.answers('after');
    if (this.#leaves()) return;
    await run.keeper.clear();
    this.#options.emit({ type: 'finished', steps: run.step, fingerprint: run.fingerprint });
  }

  #go(): void {
    this.#wish = 'go';
    this.#giving = new AbortController();
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
}

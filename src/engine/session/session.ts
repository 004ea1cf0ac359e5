// Obeys the page's commands in order and reports events. One run at a time; pause, stop and reset take effect between
// steps, between tokens and while weights load. A lost device is opened again and the run goes on from what was saved.
// Knows nothing of workers: messages come in through `handle`.

import type { UserError } from '../ground/errors.ts';
import { Cancelled } from '../ground/errors.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { sameRun } from '../recipe/sameRun.ts';
import type { BackendChoice, BackendKind } from '../training/backends/deviceInfo.ts';
import { isOnOrt } from '../training/backends/deviceInfo.ts';
import type { OpenedBackend } from '../training/backends/openDevice.ts';
import { probeDevice } from '../training/backends/openDevice.ts';
import type { Watch } from '../training/generate/watch.ts';
import { deviceLost, ortError } from '../training/trainingErrors.ts';
import type { Asked } from './asked.ts';
import { give, giveRun, isAsked, nothingFor, refuse } from './asked.ts';
import { failedEvent } from './errorData.ts';
import { memoryExports } from './exportPlace.ts';
import { finishRun } from './finishRun.ts';
import { lossBehind } from './lossBehind.ts';
import { openFor } from './openFor.ts';
import { OpinionDesk } from './opinionDesk.ts';
import { answer, isQuestion } from './questions.ts';
import { TrainingRun } from './run.ts';
import type { RunName } from './runNote.ts';
import { SavedRuns } from './savedRuns.ts';
import type { Queued, SessionCommand } from './sessionCommands.ts';
import { isHeard } from './sessionCommands.ts';
import type { SessionOptions } from './sessionOptions.ts';
import { UntouchedDesk } from './untouched.ts';
import { Wish } from './wish.ts';

/** A device that is lost again and again is not opened a fourth time. */
const MOST_RECOVERIES = 3;

type Until = ((at: number) => number) | null;

export class Session {
  readonly #options: SessionOptions;
  #run: TrainingRun | null = null;
  #opened: OpenedBackend | null = null;
  /** What the latest run was opened on, as it was asked for and as it came. */
  #choice: BackendChoice = 'auto';
  #had: BackendKind | null = null;
  /** What ONNX Runtime could not do: it is not asked for it again. */
  #gaveUp: UserError | null = null;
  readonly #saved: SavedRuns;
  /** The run was asked for as a file, and is given between two steps. */
  #takes = false;
  readonly #wish = new Wish();
  readonly #untouched: UntouchedDesk;
  readonly #opinions: OpinionDesk;
  /** What is asked while a run trains. */
  #watch: Watch | null = null;
  /** Whether the closing answers of the run were asked for. */
  #ended = false;
  #busy = false;
  /** How many commands came: what takes long gives way to the next. */
  #heard = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#saved = new SavedRuns(options.store, options.shelf ?? null, options.emit);
    this.#untouched = new UntouchedDesk(options);
    this.#opinions = new OpinionDesk(options);
  }

  /** Resolves when the command, and what stood before it, is done. Never rejects: failures are events. */
  handle(command: SessionCommand): Promise<void> {
    this.#wish.hear(command);
    if (command.type === 'watch') this.#watch = command.watch;
    if (command.type === 'take-run') this.#takes = true;
    if (isQuestion(command)) return answer(command, this.#options);
    if (command.type === 'change') return Promise.resolve(this.#run?.change(command.patch));
    if (command.type === 'ask-untouched') return this.#untouched.ask(command);
    this.#opinions.hear(command);
    if (command.type !== 'probe' && command.type !== 'saved') this.#untouched.rest();
    if (command.type !== 'watch') this.#heard += 1;
    if (isHeard(command)) return Promise.resolve();
    const place = this.#heard;
    this.#work = this.#work
      .then(() => {
        this.#busy = true;
        return this.#obey(command, () => place === this.#heard);
      })
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#busy = false;
      });
    return this.#work;
  }

  async #obey(command: Queued, newest: () => boolean): Promise<void> {
    const { emit, gpu, ort = null, tuning = null } = this.#options;
    if (isAsked(command)) return this.#asked(command, newest);
    switch (command.type) {
      case 'probe':
        // Whoever chooses anew has it tried anew.
        this.#gaveUp = null;
        emit({ type: 'device', device: await probeDevice(gpu, command.backend, ort !== null, tuning) });
        return;
      case 'train':
        return this.#train(command.recipe, command.backend, null, command.as);
      case 'step':
        return this.#train(command.recipe, command.backend, (step) => step + 1);
      case 'stop':
        return this.#stop();
      case 'second-opinion':
        return this.#opine(command);
      case 'reset':
        if (this.#run) await this.#saved.leave(this.#run);
        this.#forget();
        this.#saved.forget();
        this.#wish.go();
        emit({ type: 'phase', phase: 'idle', done: 0, total: 0, note: '' });
        return;
      case 'saved':
        return this.#saved.tell();
      case 'open-run':
        return this.#saved.open(command.file);
      case 'resume': {
        const recipe = await this.#saved.resume(command.recipe);
        const { until } = command;
        // What goes on is not what ended here.
        this.#ended = false;
        this.#forget();
        return this.#train(recipe, command.backend, until === null ? null : () => until, command.as);
      }
      case 'discard':
        return this.#saved.discard();
    }
  }

  /** One whose device was lost is begun again from what was saved, and rests again. */
  async #asked(command: Asked, goes: () => boolean): Promise<void> {
    const { emit, breathe, exports = memoryExports } = this.#options;
    // A run at work has given it between two steps.
    if (command.type === 'take-run' && !this.#takes) return;
    this.#takes = false;
    if (command.type === 'ask') this.#wish.go();
    const rested = this.#run;
    try {
      await this.#recovering(async () => {
        const run = await this.#restedRun();
        if (!run && this.#wish.leaves()) return;
        if (!run) throw nothingFor(command);
        await give(run, command, { emit, breathe, goes, place: exports });
        if (run !== rested) run.phase(this.#ended ? 'finished' : 'paused');
      });
    } catch (error) {
      if (refuse(error, command, emit)) await this.#goIdle(this.#opened);
    }
  }

  /** Of the run at rest where it has that recipe; what goes wrong is told and leaves it at rest. */
  async #opine(command: Extract<Queued, { type: 'second-opinion' }>): Promise<void> {
    const at = this.#run?.recipe ?? this.#saved.waiting;
    const open = at !== null && sameRun(at, command.recipe) ? () => this.#restedRun() : null;
    if (await this.#opinions.give(command, open, () => this.#opened)) await this.#goIdle(this.#opened);
    else if (open) this.#run?.phase(this.#ended ? 'finished' : 'paused');
  }

  /** The run at rest, or what was saved of it when its device was lost. */
  async #restedRun(): Promise<TrainingRun | null> {
    const { waiting } = this.#saved;
    return this.#run ?? (waiting && (await this.#begin(waiting, this.#choice)));
  }

  /** To the step that `until` says, which asks nothing; null: to the end, and questions are asked before it and on the way. */
  async #train(recipe: Recipe, choice: BackendChoice, until: Until, as?: RunName): Promise<void> {
    this.#wish.go();
    // What ended begins anew; what is held of it is for those who still ask.
    if (this.#ended) await this.#saved.drop();
    this.#ended = false;
    let target: number | null = null;
    await this.#recovering(async (again) => {
      const resumes = this.#run !== null && !this.#run.finished && sameRun(this.#run.recipe, recipe);
      const run = resumes && this.#run ? this.#run : await this.#begin(recipe, choice, again, as);
      if (!run) return;
      target ??= until?.(run.step) ?? Number.POSITIVE_INFINITY;
      if (!until) await run.answers.own('before', this.#watch);
      if (this.#wish.leaves()) return;
      run.phase('running');
      while (run.step < target && !run.finished && this.#wish.goes()) {
        await run.next();
        run.phase('running');
        if (this.#takes) {
          this.#takes = false;
          await giveRun(run, this.#options.emit);
        }
        if (!until && this.#watch) await run.watch(this.#watch);
        await this.#options.breathe();
      }
      run.answers.rest();
      if (run.finished) return this.#finish(run);
      await run.save();
      if (!this.#wish.givesUp()) run.phase('paused');
    });
  }

  /**
   * Runs `body`; when the device was lost under it, or ONNX Runtime could not go on, opens another and runs it again from what was saved.
   */
  async #recovering(body: (again: boolean) => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await body(attempt > 1);
        return;
      } catch (error) {
        if (error instanceof Cancelled) return this.#cancelled();
        const loss = await lossBehind(error, this.#opened);
        const gaveUp = ortError.is(loss) && isOnOrt(this.#opened?.device.backend ?? 'cpu');
        if (gaveUp) this.#gaveUp = loss;
        else if (!deviceLost.is(loss)) throw loss;
        await this.#saved.recall();
        if (attempt > MOST_RECOVERIES) throw loss;
        const note = gaveUp ? 'plain' : 'recovering';
        this.#options.emit({ type: 'phase', phase: 'loading', done: 0, total: 0, note });
        this.#forget();
      }
    }
  }

  #cancelled(): void {
    this.#forget();
    this.#options.emit({ type: 'phase', phase: 'idle', done: 0, total: 0, note: 'cancelled' });
  }

  async #begin(recipe: Recipe, choice: BackendChoice, again = false, as?: RunName) {
    const saved = this.#saved.take(recipe);
    this.#forget();
    if (!saved) {
      await this.#saved.supersede(recipe);
      this.#options.emit({ type: 'kept', run: null });
    }
    const { emit, assets, now, breathe, memoryBytes = null } = this.#options;
    const had = saved || again ? this.#had : null;
    const { givesUp: cancelled, isQuiet: quiet, signal } = this.#wish;
    const refuses = (): Promise<never> => Promise.reject(this.#gaveUp);
    const none = this.#gaveUp ? { ort: refuses, ortGpu: refuses } : {};
    const opened = await openFor({ ...this.#options, ...none, cancelled, signal }, recipe, choice, had);
    this.#choice = choice;
    this.#had = opened.device.backend;
    this.#opened = opened;
    emit({ type: 'device', device: opened.device });
    void opened.lost.then((error) => this.#lost(opened, error));
    const own = { assets, emit, now, breathe, memoryBytes, cancelled, quiet, signal };
    const run = await TrainingRun.begin({ ...own, recipe, opened, store: this.#saved.store, saved, as });
    if (this.#wish.leaves()) return null;
    this.#run = run;
    return run;
  }

  /**
   * A device lost while nothing runs costs nothing: the next command begins from what was saved. Under a command it is closed, so that
   * nothing waits for it.
   */
  #lost(opened: OpenedBackend, error: UserError): void {
    if (this.#opened !== opened) return;
    if (this.#busy) opened.backend.destroy();
    else if (deviceLost.is(error)) void this.#goIdle(opened);
    else this.#fail(error);
  }

  async #goIdle(opened: OpenedBackend | null): Promise<void> {
    const busy = this.#busy;
    await this.#saved.recall();
    if (this.#opened === opened && this.#busy === busy) this.#forget();
  }

  /** A run that ended while the wish to stop it waited has said so already. */
  async #stop(): Promise<void> {
    this.#wish.go();
    if (this.#ended || (!this.#run && !this.#saved.waiting)) return;
    await this.#recovering(async () => {
      const run = await this.#restedRun();
      if (run) await this.#finish(run);
    });
  }

  async #finish(run: TrainingRun): Promise<void> {
    const told = { watch: this.#watch, wish: this.#wish, saved: this.#saved, emit: this.#options.emit };
    await finishRun(run, told, () => {
      this.#ended = true;
    });
  }

  #forget(): void {
    const opened = this.#opened;
    this.#opened = null;
    this.#run = null;
    opened?.backend.destroy();
  }

  #fail(error: unknown): void {
    this.#forget();
    this.#options.emit(failedEvent(error));
  }
}

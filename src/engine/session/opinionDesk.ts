// Second opinions: on the run at rest, or on a fresh one of a recipe that none was begun of. The other side is ONNX Runtime, and plain TypeScript
// where the run is on ONNX Runtime itself. Whatever becomes of it, the run stays as it is.
import { makeBatch, shapeOf } from '../data/batches.ts';
import { Cancelled } from '../ground/errors.ts';
import type { FileProgress } from '../ground/fetching/progress.ts';
import type { Event } from '../protocol.ts';
import { weightOptions } from '../python/run/wire.ts';
import type { Backend } from '../training/backends/backend.ts';
import { CpuBackend } from '../training/backends/cpuBackend.ts';
import { isOnOrt } from '../training/backends/deviceInfo.ts';
import type { OpenedBackend } from '../training/backends/openDevice.ts';
import { OrtBackend } from '../training/backends/ort/ortBackend.ts';
import type { Opinion } from '../training/opinion/opinionShapes.ts';
import { secondOpinion } from '../training/opinion/secondOpinion.ts';
import { trainerOptions } from '../training/options.ts';
import { deviceLost, gpuError, ortUnstarted, outOfMemory } from '../training/trainingErrors.ts';
import { errorData } from './errorData.ts';
import { loadFiles } from './loadFiles.ts';
import { lossBehind } from './lossBehind.ts';
import { openFor } from './openFor.ts';
import type { OpinionCommand, OpinionPhase } from './opinionMessages.ts';
import { TrainingRun } from './run.ts';
import type { SessionCommand } from './sessionCommands.ts';
import type { SessionOptions } from './sessionOptions.ts';
import { memoryStore } from './snapshot.ts';

type Wanted = Extract<OpinionCommand, { type: 'second-opinion' }>;

const BREATHE_EVERY_MS = 40;

/** Commands that end what is being compared. */
const ends: ReadonlySet<SessionCommand['type']> = new Set([
  ...(['train', 'step', 'stop', 'reset', 'resume'] as const),
]);

/** What a comparison needs of the machine. */
export interface OpinionMachine extends Pick<SessionOptions, 'ort' | 'now' | 'breathe'> {
  readonly told: (phase: OpinionPhase, done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** The other implementation, without weights. Throws UserError 'fetch-…', 'ort-…', and Cancelled. */
async function openOther(machine: OpinionMachine, ours: Backend): Promise<Backend> {
  const { ort, now, breathe, told, signal } = machine;
  let last = now();
  const hooks = {
    breathe: () => {
      if (signal.aborted) throw new Cancelled();
      if (now() - last < BREATHE_EVERY_MS) return null;
      last = now();
      return breathe();
    },
  };
  if (isOnOrt(ours.kind)) return new CpuBackend({ precision: 'float32', ...hooks });
  if (!ort) throw ortUnstarted({ cause: 'it is not offered here' });
  const onProgress = ({ done, total }: FileProgress): void => told('runtime', done, total);
  return new OrtBackend(await ort({ signal, onProgress }), hooks);
}

/** Compares a run, at rest, with the other implementation. Throws what that throws as it opens and computes, and Cancelled. */
export async function opinionOn(
  run: TrainingRun,
  machine: OpinionMachine,
  layers: boolean,
): Promise<Opinion> {
  const { trainer, train, files, wired, values } = run.parts;
  const { told, signal, now, breathe } = machine;
  const cancelled = (): boolean => signal.aborted;
  const step = Math.min(trainer.step, trainer.totalSteps - 1);
  const [rows = []] = trainer.rowsOf(step);
  const batch = makeBatch(
    rows.flatMap((row) => train[row] ?? []),
    files.tokenizer.padId,
  );
  await trainer.refresh();
  const { adapter } = await trainer.state();
  const openTheirs = async (): Promise<Backend> => {
    const backend = await openOther(machine, run.backend);
    try {
      const emit = (event: Event): void => {
        if (event.type === 'phase') told('loading', event.done, event.total);
      };
      const largest = { train: shapeOf(batch), test: null, microBatches: 1 };
      const own = { opened: { backend }, emit, now, cancelled, signal, breathe };
      await loadFiles(own, files, weightOptions(values), largest);
      return backend;
    } catch (error) {
      backend.destroy();
      throw error;
    }
  };
  return secondOpinion({
    config: files.config,
    wired,
    layout: trainer.layout,
    options: trainerOptions(values),
    batch,
    seed: values['train.seed'] + step,
    ours: run.backend,
    openTheirs,
    adapter,
    step: trainer.step,
    layers,
    breathe: async () => {
      await breathe();
      if (cancelled()) throw new Cancelled();
    },
    told: (phase, done, total) => {
      if (cancelled()) throw new Cancelled();
      told(phase, done, total);
    },
  });
}

/** Takes them one after the other; the newest word on one holds at once. */
export class OpinionDesk {
  readonly #options: SessionOptions;
  readonly #wanted = new Map<number, AbortController>();

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** One is wanted, and may be given up before its turn has come; what a person wants done does not wait for it. */
  hear(command: Pick<SessionCommand, 'type'> & { readonly id?: number }): void {
    const { type, id } = command;
    if (type === 'second-opinion' && id !== undefined) this.#wanted.set(id, new AbortController());
    const isMeant = (wanted: number): boolean =>
      ends.has(type) || (type === 'cancel-opinion' && wanted === id);
    for (const [wanted, controller] of this.#wanted) if (isMeant(wanted)) controller.abort();
  }

  /**
   * On that run, or on a fresh one where there is none; never rejects. `opened`: the run's device. True: it is of no use any more.
   */
  async give(
    wanted: Wanted,
    open: (() => Promise<TrainingRun | null>) | null,
    opened: () => OpenedBackend | null,
  ): Promise<boolean> {
    const { id, layers } = wanted;
    const { emit } = this.#options;
    const signal = this.#wanted.get(id)?.signal ?? new AbortController().signal;
    const told = (phase: OpinionPhase, done: number, total: number): void =>
      emit({ type: 'opinion-progress', id, phase, done, total });
    const machine = { ...this.#options, told, signal };
    try {
      if (signal.aborted) throw new Cancelled();
      const run = (await open?.()) ?? null;
      const opinion = run ? await opinionOn(run, machine, layers) : await this.#onFresh(wanted, machine);
      emit({ type: 'opinion', id, opinion });
      return false;
    } catch (thrown) {
      const error = thrown instanceof Cancelled ? thrown : await lossBehind(thrown, opened());
      emit({ type: 'opinion-failed', id, error: error instanceof Cancelled ? null : errorData(error) });
      return open !== null && [deviceLost, gpuError, outOfMemory].some(({ is }) => is(error));
    } finally {
      this.#wanted.delete(id);
    }
  }

  /** What begins for it ends with it. */
  async #onFresh(
    { recipe, backend, layers }: Wanted,
    machine: OpinionMachine & SessionOptions,
  ): Promise<Opinion> {
    const { told, signal } = machine;
    const cancelled = (): boolean => signal.aborted;
    const emit = (event: Event): void => {
      if (event.type === 'phase')
        told(event.note === 'runtime' ? 'runtime' : 'begin', event.done, event.total);
    };
    const opened = await openFor({ ...machine, emit, cancelled }, recipe, backend, null);
    try {
      const store = memoryStore();
      const run = await TrainingRun.begin({ ...machine, recipe, opened, store, emit, cancelled });
      return await opinionOn(run, machine, layers);
    } catch (error) {
      throw error instanceof Cancelled ? error : await lossBehind(error, opened);
    } finally {
      opened.backend.destroy();
    }
  }
}

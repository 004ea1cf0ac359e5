// The page's two engines: the inspector answers each edit at once (latest wins), the trainer runs. A trainer that dies is
// started again and goes on with its saved run. It knows no React and no DOM beyond timers.

import type { EngineClient, ExportFile } from '../../engine/index.ts';
import { withPatch } from '../../engine/index.ts';
import type { Command, ErrorCode, Event } from '../../engine/protocol.ts';
import { fixPatch } from './fixPatch.ts';
import { makeFrameQueue } from './frames.ts';
import { reduce, reduceAll } from './reduce.ts';
import type { PickedAdapter, Ports } from './state.ts';
import type { Store } from './store.ts';

export interface Engines {
  /** To the trainer. */
  tell(command: Command): void;
  /** The recipe changed: many changes in one task are one question. */
  inspectSoon(): void;
  /** To the inspector: a question that is answered at once. */
  ask(command: Command): void;
  /** Takes adapters into both engines, several as one that does what all do. */
  openAdapter(id: number, adapters: readonly PickedAdapter[]): void;
  /** Takes a model file into both engines. */
  openModel(id: number, file: File): void;
  terminate(): void;
}

const deaths: ReadonlySet<ErrorCode> = new Set(['worker-died', 'worker-silent']);

/** A trainer that dies more often than this is left dead. */
const MOST_RESTARTS = 3;

export interface EngineHooks {
  readonly store: Store;
  readonly ports: Ports;
  /** Runs a function on the next frame (or soon, in tests). */
  readonly later: (run: () => void) => void;
  /** The trainer paused: pending questions may be asked. */
  readonly onPaused: () => void;
  /** The trainer has written the adapter's files. */
  readonly onExported: (folder: string, files: readonly ExportFile[]) => void;
  /** The inspector has read an adapter, or refused it. */
  readonly onAdapter: (event: Extract<Event, { type: 'adapter' | 'adapter-failed' }>) => void;
  /** The inspector has read a model file, or refused it. */
  readonly onModel: (event: Extract<Event, { type: 'model' | 'model-failed' }>) => void;
}

export function startEngines({
  store,
  ports,
  later,
  onPaused,
  onExported,
  onModel,
  onAdapter,
}: EngineHooks): Engines {
  let inFlight: number | null = null;
  let inspectQueued = false;
  let restarts = 0;

  const queue = makeFrameQueue<Event>(later, (events) => {
    const death = events.find((event) => event.type === 'failed' && deaths.has(event.error.code));
    const restarted = death !== undefined && restart();
    store.setState((state) =>
      reduceAll(state, restarted ? events.filter((event) => event !== death) : events),
    );
    if (events.some((event) => event.type === 'phase' && event.phase === 'paused')) onPaused();
    for (const event of events) if (event.type === 'exported') onExported(event.folder, event.files);
  });
  let trainer: EngineClient = ports.startEngine(queue.push);

  function sendAdapters(engine: EngineClient, id: number, opened: readonly PickedAdapter[]): void {
    const { recipe } = store.getState();
    const adapters = opened.map(({ name, files }) => ({
      name,
      files: files.map((file) => ({ name: file.name, file })),
    }));
    if (adapters.length > 0) engine.send({ type: 'open-adapter', id, adapters, recipe });
  }

  /** Another trainer in place of a dead one; a run that was on its way goes on from what it saved, or begins anew. */
  function restart(): boolean {
    const { run, model, backend } = store.getState();
    if (restarts === MOST_RESTARTS || run === null || run.phase === 'finished' || run.phase === 'failed')
      return false;
    restarts += 1;
    trainer.terminate();
    trainer = ports.startEngine(queue.push);
    const { file } = model;
    if (file !== null) trainer.send({ type: 'open-model', id: 0, name: file.name, file });
    sendAdapters(trainer, 0, store.getState().adapter.used);
    trainer.send({ type: 'resume', recipe: run.recipe, backend });
    store.setState({ run: { ...run, phase: 'loading', done: 0, total: 0, note: 'recovering' } });
    return true;
  }

  const inspector: EngineClient = ports.startEngine((event) => {
    if ((event.type === 'inspected' || event.type === 'inspect-failed') && event.id === inFlight)
      inFlight = null;
    if (event.type === 'failed') {
      inFlight = null;
      const { script } = store.getState();
      store.setState({
        inspectFailure: event.error,
        // Nobody is left who would answer.
        ...(script.phase !== 'idle' && { script: { ...script, phase: 'idle', failure: event.error } }),
      });
      return;
    }
    if (event.type === 'model' || event.type === 'model-failed') return onModel(event);
    if (event.type === 'adapter' || event.type === 'adapter-failed') return onAdapter(event);
    store.setState((state) => reduce(state, event));
    if (event.type === 'inspected' && event.id > 0) askWhy();
    if (inspectQueued && inFlight === null) sendInspect();
    else if (event.type === 'inspected' && event.id > 0) askForFixedScript();
  });

  /** The selected row's explanation follows the recipe. */
  function askWhy(): void {
    const { selectedPath, recipe, inspectId } = store.getState();
    if (selectedPath !== null) inspector.send({ type: 'why', id: inspectId, recipe, path: selectedPath });
  }

  /** The script with the first fix, for the diff; asked under the negative id so that it never replaces the strip. */
  function askForFixedScript(): void {
    const { inspection, recipe, inspectId } = store.getState();
    const fix = inspection?.diagnosis?.fixes[0];
    if (fix === undefined) return;
    const values = withPatch(recipe.values, fixPatch(fix.patch));
    inspector.send({ type: 'inspect', id: -inspectId, recipe: { ...recipe, values } });
  }

  function sendInspect(): void {
    inspectQueued = false;
    const id = store.getState().inspectId + 1;
    inFlight = id;
    store.setState({ inspectId: id });
    inspector.send({ type: 'inspect', id, recipe: store.getState().recipe });
  }

  return {
    tell: (command) => trainer.send(command),
    inspectSoon: () => {
      if (inspectQueued) return;
      inspectQueued = true;
      // While one question is being answered only the newest waits.
      if (inFlight === null) queueMicrotask(() => inspectQueued && inFlight === null && sendInspect());
    },
    ask: (command) => inspector.send(command),
    openAdapter: (id, adapters) => {
      for (const engine of [inspector, trainer]) sendAdapters(engine, id, adapters);
    },
    openModel: (id, file) => {
      for (const engine of [inspector, trainer])
        engine.send({ type: 'open-model', id, name: file.name, file });
    },
    terminate: () => {
      trainer.terminate();
      inspector.terminate();
    },
  };
}

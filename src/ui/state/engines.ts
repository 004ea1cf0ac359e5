// The page's two engines: the inspector answers each edit at once (latest wins), the trainer runs. A trainer that dies is
// started again and goes on with its saved run. It knows no React and no DOM beyond timers.

import type { EngineClient, Recipe } from '../../engine/index.ts';
import { changedKeys, deaths, inspectionHung, isOnOrt, withPatch } from '../../engine/index.ts';
import type { EngineErrorData, Event } from '../../engine/protocol.ts';
import { watchOf } from './answerActions.ts';
import type { EngineHooks, Engines } from './engineHooks.ts';
import { fixPatch } from './fixPatch.ts';
import { makeFrameQueue } from './frames.ts';
import { isOfOpinion } from './opinionActions.ts';
import { makePending } from './pending.ts';
import { reduce, reduceAll } from './reduce.ts';
import { isOfRows } from './rowsEvent.ts';
import { isOfRuns } from './runsActions.ts';
import type { PickedAdapter, PickedFiles } from './state.ts';

const isMissing = (event: Event): boolean => event.type === 'failed' && event.error.code === 'fetch-program';
/** An inspector that says nothing for so long computes over something that does not end. */
const INSPECTOR_SILENT_MS = 10_000;
/** For the next question it is not waited so long. */
const OVERDUE_MS = 3000;

/** A run whose trainer dies more often than this, without getting on in between, goes on when it is told to. */
const MOST_RESTARTS = 3;

export function startEngines({
  store,
  ports,
  later,
  onPaused,
  onExported,
  onPaced,
  onRefused,
  onModel,
  onAdapter,
  onRows,
  onRuns,
  onOpinion,
  onInspectorGone,
}: EngineHooks): Engines {
  let inFlight: number | null = null;
  let inspectQueued = false;
  /** What ONNX Runtime holds is a part of the estimate. */
  const onOrt = (): boolean => isOnOrt(store.getState().device?.backend ?? 'cpu');
  let askedOnOrt = false;
  /** The recipe of the inspection on its way, and the last one that was understood. */
  let asked: Recipe | null = null;
  let understood: Recipe | null = null;
  /** Ids under which files were last given to both engines. */
  const opening = { model: 0, adapter: 0, rows: 0 };
  let restarts = 0;
  /** Step of the run at its latest death. */
  let reached = 0;
  const pending = makePending();
  /** Engines whose program did not come, as it was told: the next who wants one has it fetched anew. */
  let trainerMissing = false;
  let inspectorMissing = false;

  const queue = makeFrameQueue<Event>(later, (events) => {
    const death = events.find((event) => event.type === 'failed' && deaths.has(event.error.code));
    const rest = events.filter((event) => event !== death);
    for (const event of rest) pending.heard(event);
    if (rest.some(isMissing)) trainerMissing = true;
    if (rest.some((event) => event.type === 'step' && event.metrics.step > reached)) restarts = 0;
    store.setState((state) => reduceAll(state, rest));
    if (death !== undefined && !restart()) {
      pending.heard(death);
      store.setState((state) => reduce(state, death));
    }
    if (events.some((event) => event.type === 'phase' && event.phase === 'paused')) onPaused();
    if (askedOnOrt !== onOrt()) inspectSoon();
    for (const event of events) {
      if (event.type === 'exported') onExported(event);
      if (event.type === 'paced') onPaced(event);
      if (event.type === 'refused') onRefused(event.error);
      if (isOfRuns(event)) onRuns(event);
      if (isOfOpinion(event)) onOpinion(event);
    }
  });
  let trainer: EngineClient = ports.startEngine(queue.push);

  function sendModel(engine: EngineClient, id: number, picked: PickedFiles | null): void {
    if (picked === null) return;
    const files = picked.files.map((file) => ({ name: file.name, file }));
    engine.send({ type: 'open-model', id, name: picked.name, files });
  }

  function sendAdapters(engine: EngineClient, id: number, opened: readonly PickedAdapter[]): void {
    const { recipe } = store.getState();
    const adapters = opened.map(({ name, files }) => ({
      name,
      files: files.map((file) => ({ name: file.name, file })),
    }));
    if (adapters.length > 0) engine.send({ type: 'open-adapter', id, adapters, recipe });
  }

  function sendRows(engine: EngineClient): void {
    for (const [digest, file] of store.getState().rows.files)
      engine.send({ type: 'hold-rows', digest, name: file.name, file });
  }

  const sendWatch = (): void => trainer.send({ type: 'watch', watch: watchOf(store.getState()) });

  /** From what the page has of the run, else from what its trainer saved. */
  function resume(recipe: Recipe, until: number | null): void {
    if (trainerMissing) anotherTrainer();
    sendWatch();
    if (pending.kept !== null) trainer.send({ type: 'open-run', file: pending.kept });
    trainer.send({ type: 'resume', recipe, until, backend: store.getState().backend });
  }

  /** Another trainer in place of one that is gone, with what was open in it. */
  function anotherTrainer(): void {
    trainerMissing = false;
    trainer.terminate();
    trainer = ports.startEngine(queue.push);
    sendModel(trainer, 0, store.getState().model.picked);
    sendRows(trainer);
    sendAdapters(trainer, 0, store.getState().adapter.used);
  }

  /**
   * Another trainer in place of a dead one. A run that was on its way goes on from what it saved, or begins anew; one at rest rests
   * again, and what was asked of it is asked again. False: nothing goes on by itself.
   */
  function restart(): boolean {
    const { run } = store.getState();
    anotherTrainer();
    if (restarts === MOST_RESTARTS || run === null || run.phase === 'failed') return false;
    if (run.phase === 'finished' && pending.kept === null) return false;
    restarts += 1;
    reached = run.steps.at(-1)?.step ?? 0;
    resume(run.recipe, pending.until(run));
    for (const command of pending.asked) trainer.send(command);
    store.setState({ run: { ...run, phase: 'loading', done: 0, total: 0, note: 'recovering' } });
    return true;
  }

  /** The inspection that an inspector died of is not asked a second time, nor is the file that it was reading opened again. */
  let diedOf = -1;
  function anotherInspector(): void {
    inspectorMissing = false;
    const { model, adapter } = store.getState();
    inspector.terminate();
    inspector = ports.startEngine(heardInspector, INSPECTOR_SILENT_MS);
    if (model.failure === null) sendModel(inspector, 0, model.picked);
    sendRows(inspector);
    sendAdapters(inspector, 0, adapter.used);
  }
  /** One that was ended from outside is asked once more; what it hung over is not. */
  const asksAgain = ({ code }: EngineErrorData): boolean =>
    inspectQueued || (code !== 'inspect-hung' && diedOf !== store.getState().inspectId);
  function inspectorDied(error: EngineErrorData): void {
    const again = asksAgain(error);
    const { model, adapter, rows, script } = store.getState();
    // Nobody is left who would answer.
    if (script.phase !== 'idle') store.setState({ script: { ...script, phase: 'idle', failure: error } });
    if (adapter.reading) onAdapter({ type: 'adapter-failed', id: opening.adapter, error });
    onInspectorGone();
    if (rows.reading) onRows({ type: 'rows-failed', id: opening.rows, error });
    if (model.reading) onModel({ type: 'model-failed', id: opening.model, error });
    anotherInspector();
    if (again) sendInspect();
    diedOf = store.getState().inspectId;
  }

  /** What the recipe that is being looked at changed of the last that was understood. */
  function changedSince(): readonly string[] {
    if (asked === null || understood === null) return [];
    const { values, data, model, program } = asked;
    return [
      ...changedKeys(values, understood.values),
      ...(data === understood.data ? [] : ['data']),
      ...(model?.digest === understood.model?.digest ? [] : ['model']),
      ...(program === understood.program ? [] : ['program']),
    ];
  }

  const heardInspector = (event: Event): void => {
    if ((event.type === 'inspected' || event.type === 'inspect-failed') && event.id === inFlight)
      inFlight = null;
    if (event.type === 'inspected' && event.id > 0) understood = asked;
    if (event.type === 'failed') {
      const hung = event.error.code === 'worker-silent' && inFlight !== null;
      const error = hung ? inspectionHung(changedSince()) : event.error;
      inFlight = null;
      const { script } = store.getState();
      store.setState({
        // What is asked again is not known to fail.
        ...(deaths.has(error.code) && asksAgain(error) ? {} : { inspectFailure: error }),
        // Nobody is left who would answer.
        ...(script.phase !== 'idle' && { script: { ...script, phase: 'idle', failure: event.error } }),
      });
      if (deaths.has(event.error.code)) inspectorDied(error);
      inspectorMissing = isMissing(event);
      return;
    }
    if (event.type === 'model' || event.type === 'model-failed') onModel(event);
    else if (isOfRows(event)) onRows(event);
    else if (event.type === 'exported') onExported(event);
    else if (event.type === 'adapter' || event.type === 'adapter-failed') onAdapter(event);
    else store.setState((state) => reduce(state, event));
    if (event.type === 'inspected' && event.id > 0) askWhy();
    if (inspectQueued && inFlight === null) sendInspect();
    else if (event.type === 'inspected' && event.id > 0) askForFixedScript();
  };
  let inspector: EngineClient = ports.startEngine(heardInspector, INSPECTOR_SILENT_MS);

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
    const program = fix.program ?? recipe.program;
    const fixed = { ...recipe, values, ...(program === undefined ? {} : { program }) };
    inspector.send({ type: 'inspect', id: -inspectId, recipe: fixed });
  }

  function sendInspect(): void {
    inspectQueued = false;
    if (inspectorMissing) anotherInspector();
    const id = store.getState().inspectId + 1;
    inFlight = id;
    asked = store.getState().recipe;
    askedOnOrt = onOrt();
    store.setState({ inspectId: id });
    inspector.send({ type: 'inspect', id, recipe: asked, onOrt: askedOnOrt });
  }

  function inspectSoon(): void {
    if (inspectQueued) return;
    inspectQueued = true;
    // While one question is being answered only the newest waits; one over which the inspector is silent is given up for it.
    if (inFlight !== null && (inspector.quietMs?.() ?? 0) > OVERDUE_MS) {
      inFlight = null;
      inspectorDied(inspectionHung(changedSince()));
    } else if (inFlight === null) queueMicrotask(() => inspectQueued && inFlight === null && sendInspect());
  }

  return {
    revive: (recipe) => {
      restarts = 0;
      pending.told({ type: 'resume', recipe, until: null, backend: store.getState().backend });
      resume(recipe, null);
    },
    tell: (command) => {
      if (trainerMissing) anotherTrainer();
      pending.told(command);
      if (command.type === 'train' || command.type === 'resume') sendWatch();
      trainer.send(command);
    },
    inspectSoon,
    ask: (command) => {
      if (inspectorMissing) anotherInspector();
      if (command.type === 'open-rows') opening.rows = command.id;
      inspector.send(command);
    },
    openAdapter: (id, adapters) => {
      opening.adapter = id;
      for (const engine of [inspector, trainer]) sendAdapters(engine, id, adapters);
    },
    holdRows: (digest, file) => trainer.send({ type: 'hold-rows', digest, name: file.name, file }),
    openModel: (id, picked) => {
      opening.model = id;
      for (const engine of [inspector, trainer]) sendModel(engine, id, picked);
    },
    terminate: () => {
      trainer.terminate();
      inspector.terminate();
    },
  };
}

// Everything the page can do: the only file, with engines.ts and the …Actions.ts, that writes the store and sends
// commands. It knows no React and no DOM beyond timers.
import type { Recipe } from '../../engine/index.ts';
import { deaths, errorData, sameRun } from '../../engine/index.ts';
import type { BackendChoice, Command, ExportFormat, FloatType } from '../../engine/protocol.ts';
import { adapterActions } from './adapterActions.ts';
import { answerActions } from './answerActions.ts';
import type { Engines } from './engineHooks.ts';
import { startEngines } from './engines.ts';
import { readOnlyNote } from './frame.ts';
import { guideActions } from './guideActions.ts';
import { hubActions } from './hubActions.ts';
import { modelActions } from './modelActions.ts';
import { openingActions } from './openingActions.ts';
import { opinionActions } from './opinionActions.ts';
import { playActions } from './play.ts';
import { inLanguage } from './presetLanguage.ts';
import { queueActions } from './queueActions.ts';
import { differences, edited, presetValues, redone, undone } from './recipeEdits.ts';
import { newRun } from './reduce.ts';
import { rowActions } from './rowActions.ts';
import { canResume, changeForRun, isBusy } from './runStatus.ts';
import { runsActions } from './runsActions.ts';
import { scriptActions } from './scriptActions.ts';
import type { DialogName, Edit, Language, PageState, Ports, SheetName, Theme } from './state.ts';
import type { Store } from './store.ts';
import { webActions } from './webActions.ts';

export type Actions = ReturnType<typeof makeActions>;

/** Ties a store to its two engines. `later` runs a function on the next frame (or soon, in tests). */
export function makeActions(store: Store, ports: Ports, later: (run: () => void) => void) {
  /** The opening of the page's recipe, until it has worked. */
  let arrive: (() => Promise<void>) | null = null;
  /** Puts a newer version of the page in the place of this one. */
  let takeNewer = (): void => {};
  const models = modelActions(store, { edit, reset }, () => engines);
  const adapters = adapterActions(store, edit, () => engines);
  const rows = rowActions(store, edit, () => engines);
  const hub = hubActions(store, ports, {
    openPicked: models.openPicked,
    openRows: rows.openRows,
    askFiles: (id) => engines.tell({ type: 'export', id, format: 'repository', dtype: 'float16' }),
  });
  const web = webActions((command) => engines.tell(command));
  const scripts = scriptActions(store, ports, edit, () => engines);
  const { openAdapter, dropAdapter, chooseAdapters, useFreshAdapter } = adapters;
  const runs = runsActions(store, ports, { edit, openAdapter, tell: (one) => engines.tell(one) });
  const opinions = opinionActions(store, (command) => engines.tell(command));
  const { fetchPresets, open } = openingActions(store, ports, {
    inspectSoon: () => inspectSoon(),
    openKept: hub.openKept,
    findModel: models.findModel,
    findRows: rows.findRows,
  });
  const queue = queueActions(store, ports, () => engines);
  const answers = answerActions(store, (command) => engines.tell(command));
  const engines: Engines = startEngines({
    store,
    ports,
    later,
    onPaused: () => answers.askOwed(),
    onExported: ({ id, folder, files }) => {
      if (!web.onWebFiles(id, files) && !hub.onPushFiles(id, files)) void ports.saveFiles(folder, files);
    },
    onPaced: web.onPaced,
    onRefused: (error) => {
      hub.onPushRefused(error);
      web.onWebRefused(error);
    },
    onModel: models.onModel,
    onAdapter: adapters.onAdapter,
    onRows: rows.onRows,
    onRuns: runs.onRuns,
    onOpinion: opinions.onOpinion,
    onInspectorGone: rows.rowsUnheard,
  });
  const { inspectSoon } = engines;
  const tell = (command: Command): void => engines.tell(command);

  function edit(change: Edit): void {
    if (store.getState().readOnly && change.kind !== 'prompts') {
      store.setState({ linkNotes: [readOnlyNote] });
      return;
    }
    store.setState((state) => ({ ...edited(state, change, performance.now()), play: null }));
    // What was chosen is seen in the centre, not in the sheet over it.
    if (change.kind === 'preset') store.setState({ sheet: null });
    answers.watchOn();
    inspectSoon();
  }

  function begin(type: 'train' | 'step'): void {
    const state = store.getState();
    // Before the address was read the form holds another recipe than the one that was asked for.
    if (!state.opened || isBusy(state.run)) return;
    const going = canResume(state) && state.run !== null;
    const recipe = going && state.run !== null ? state.run.recipe : state.recipe;
    const run = going && state.run !== null ? { ...state.run, phase: 'running' as const } : newRun(recipe);
    store.setState({ run, saved: null, asked: going ? state.asked : {} });
    ports.keepStorage();
    const failure = state.run?.failure?.error.code;
    if (type === 'train' && failure !== undefined && deaths.has(failure) && runMatches(state))
      engines.revive(recipe);
    else tell({ type, recipe, backend: state.backend });
  }

  function reset(): void {
    store.setState({ run: null, asked: {}, dialog: null });
    tell({ type: 'reset' });
  }

  return {
    edit,
    undo: () => {
      store.setState(undone);
      inspectSoon();
    },
    redo: () => {
      store.setState(redone);
      inspectSoon();
    },
    /** Back to the preset; from there back to the plain defaults of the first preset's settings. */
    resetRecipe: () => {
      const { recipe, presets } = store.getState();
      const { own } = differences(store.getState());
      const changed = own.length > 0 || recipe.program !== undefined;
      if (changed) edit({ kind: 'settings-alone', patch: presetValues(presets, recipe.preset) });
      else edit({ kind: 'preset', id: recipe.preset });
    },
    toggleRun: () => {
      const { run } = store.getState();
      if (run !== null && isBusy(run)) tell({ type: 'pause' });
      else begin('train');
    },
    train: () => begin('train'),
    step: () => begin('step'),
    stop: () => tell({ type: 'stop' }),
    reset,
    ...scripts,
    ...runs,
    ...queue,
    /** Has the run at hand take up what the form says, from its next step on. */
    changeRun: () => {
      const patch = changeForRun(store.getState());
      if (patch !== null) tell({ type: 'change', patch });
    },
    openRows: rows.openRows,
    dropRows: rows.dropRows,
    editRows: rows.editRows,
    changeRowsText: rows.changeRowsText,
    readAs: rows.readAs,
    changeRows: rows.changeRows,
    presetRows: rows.presetRows,
    lookAtRows: rows.lookAtRows,
    countRows: rows.countRows,
    showTemplate: rows.showTemplate,
    openModel: models.openModel,
    openFromHub: hub.openFromHub,
    cancelHub: hub.cancelHub,
    lookAtHub: hub.lookAtHub,
    leaveHubView: hub.leaveHubView,
    searchHub: hub.searchHub,
    lookAtRowsOfHub: hub.lookAtRowsOfHub,
    fetchRowsOfHub: hub.fetchRowsOfHub,
    listKept: hub.listKept,
    forgetKept: hub.forgetKept,
    setHub: hub.setHub,
    pushToHub: hub.pushToHub,
    askWebFiles: web.askWebFiles,
    askPace: web.askPace,
    askOpinion: opinions.askOpinion,
    cancelPush: hub.cancelPush,
    ...{ openAdapter, dropAdapter, chooseAdapters, useFreshAdapter },
    useEmbeddedModel: models.useEmbeddedModel,
    /** Goes on with the run that an earlier visit left. */
    resumeSaved: () => {
      const { saved, backend } = store.getState();
      if (saved === null) return;
      const { recipe } = saved;
      store.setState({ saved: null, recipe, run: newRun(recipe), asked: {}, past: [], future: [] });
      inspectSoon();
      tell({ type: 'resume', recipe: null, until: null, backend });
    },
    discardSaved: () => {
      const { savedRefusal } = store.getState();
      store.setState({ saved: null, savedRefusal: null });
      // A file that can't be used leaves what is kept here alone.
      if (savedRefusal?.from !== 'file') tell({ type: 'discard' });
    },
    /** The run as a file, which this page opens again. */
    takeRun: () => tell({ type: 'take-run' }),
    openRun: (file: File) => {
      if (!isBusy(store.getState().run)) tell({ type: 'open-run', file });
    },
    /** Reset asks first when steps would be lost. */
    resetOrAsk: () => {
      const { run } = store.getState();
      if (run === null) return;
      if (run.steps.length > 0) store.setState({ dialog: 'reset' });
      else {
        store.setState({ run: null });
        tell({ type: 'reset' });
      }
    },
    /** Asks for the run as files; they are saved when they come. `dtype` is a merged model's. */
    takeHome: (format: ExportFormat, dtype: FloatType = 'float16') =>
      tell({ type: 'export', id: 0, format, dtype }),
    /** Asks for a recipe's script with its rows and its model; they are saved when they come. */
    takeBundle: (recipe: Recipe) => engines.ask({ type: 'bundle', id: 0, recipe }),
    askPending: answers.askPending,
    askNow: answers.askNow,
    ...playActions(store, (command) => engines.ask(command)),
    askUntouched: answers.askUntouched,
    setAskEvery: answers.setAskEvery,
    chooseBackend: (backend: BackendChoice) => {
      store.setState({ backend, device: null });
      tell({ type: 'probe', backend });
    },
    /** Selects a row of the tree and asks why it gets what it gets. */
    select: (selectedPath: string | null) => {
      store.setState({ selectedPath, why: null, whyFailure: null });
      const { recipe, inspectId, run } = store.getState();
      if (run !== null && !isBusy(run) && run.steps.length > 0 && run.updateNorms.length === 0)
        tell({ type: 'norms', id: 0 });
      if (selectedPath !== null) engines.ask({ type: 'why', id: inspectId, recipe, path: selectedPath });
    },
    ...guideActions(store, edit, (command) => engines.ask(command)),
    /** Leaves the script behind: from here on the settings decide. */
    settingsAlone: () => edit({ kind: 'settings-alone', patch: {} }),
    openDialog: (dialog: DialogName | null) => store.setState({ dialog }),
    openSheet: (sheet: SheetName | null) => store.setState({ sheet }),
    setTheme: (theme: Theme) => store.setState({ theme }),
    setLanguage: (language: Language) => {
      const before = store.getState().recipe;
      store.setState((state) => inLanguage(state, language));
      if (store.getState().recipe !== before) inspectSoon();
    },
    setKeysOn: (keysOn: boolean) => store.setState({ keysOn }),
    takeNewer: () => takeNewer(),
    dismissNotes: () => store.setState({ linkNotes: [] }),
    open,
    /** Fetches the presets and takes the recipe of the address. What fails is told; `again` tries it once more. */
    start: async (hash: () => string, opened: () => void): Promise<void> => {
      tell({ type: 'probe', backend: store.getState().backend });
      tell({ type: 'saved' });
      ports.keepPage((take) => {
        takeNewer = take;
        store.setState({ newer: true });
      });
      let arriving: Promise<void> | null = null;
      const once = async (): Promise<void> => {
        store.setState({ openFailure: null });
        try {
          await fetchPresets();
          await open(hash());
        } catch (error) {
          store.setState({ openFailure: errorData(error) });
          return;
        }
        arrive = null;
        store.setState({ opened: true });
        void queue.recallQueue();
        opened();
      };
      // One opening at a time, whoever asks for it.
      arrive = () => {
        arriving ??= once().finally(() => {
          arriving = null;
        });
        return arriving;
      };
      await arrive();
    },
    /** Once more what could not be fetched: the page's recipe, the run that failed, or what is known of the recipe. */
    again: () => {
      if (arrive !== null) void arrive();
      else if (store.getState().run?.phase === 'failed') begin('train');
      else inspectSoon();
    },
    terminate: () => {
      engines.terminate();
      hub.terminateHub();
    },
  };
}

/** Whether the run on screen belongs to the recipe in the form. */
export const runMatches = (state: Pick<PageState, 'run' | 'recipe'>): boolean =>
  state.run !== null && sameRun(state.run.recipe, state.recipe);

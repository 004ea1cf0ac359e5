// Everything the page can do: the only file that writes the store and sends commands. Two engines: the inspector
// answers each edit at once (latest wins), the trainer runs. It knows no React and no DOM beyond timers.
import type { EngineClient } from '../../engine/index.ts';
import { withPatch } from '../../engine/index.ts';
import type { BackendChoice, Command, Event } from '../../engine/protocol.ts';
import { fixPatch } from './fixPatch.ts';
import { makeFrameQueue } from './frames.ts';
import { differences, edited, presetRecipe, presetValues, redone, sameRun, undone } from './recipeEdits.ts';
import { newRun, reduce, reduceAll } from './reduce.ts';
import { canResume, isBusy } from './runStatus.ts';
import type { DialogName, Edit, Language, PageState, Ports, SheetName, Theme } from './state.ts';
import type { Store } from './store.ts';

export type Actions = ReturnType<typeof makeActions>;

/** Ties a store to its two engines. `later` runs a function on the next frame (or soon, in tests). */
export function makeActions(store: Store, ports: Ports, later: (run: () => void) => void) {
  let askId = 0;
  let inFlight: number | null = null;
  let inspectQueued = false;

  const queue = makeFrameQueue<Event>(later, (events) => {
    store.setState((state) => reduceAll(state, events));
    if (events.some((event) => event.type === 'phase' && event.phase === 'paused')) askPending();
  });
  const trainer: EngineClient = ports.startEngine(queue.push);
  const inspector: EngineClient = ports.startEngine((event) => {
    if ((event.type === 'inspected' || event.type === 'inspect-failed') && event.id === inFlight)
      inFlight = null;
    if (event.type === 'failed') {
      inFlight = null;
      store.setState({ inspectFailure: event.error });
      return;
    }
    store.setState((state) => reduce(state, event));
    if (inspectQueued && inFlight === null) sendInspect();
    else if (event.type === 'inspected' && event.id > 0) askForFixedScript();
  });

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

  /** Many edits in one task are one question, and while one is being answered only the newest waits. */
  function inspectSoon(): void {
    if (inspectQueued) return;
    inspectQueued = true;
    if (inFlight === null) queueMicrotask(() => inspectQueued && inFlight === null && sendInspect());
  }

  function edit(change: Edit): void {
    store.setState((state) => edited(state, change, performance.now()));
    inspectSoon();
  }

  function begin(type: 'train' | 'step'): void {
    const state = store.getState();
    if (isBusy(state.run)) return;
    const going = canResume(state) && state.run !== null;
    const recipe = going && state.run !== null ? state.run.recipe : state.recipe;
    const run = going && state.run !== null ? { ...state.run, phase: 'running' as const } : newRun(recipe);
    store.setState({ run, asked: going ? state.asked : {} });
    trainer.send({ type, recipe, backend: state.backend });
  }

  const tell = (command: Command): void => trainer.send(command);

  /** Asks the model the prompts that have no answer yet or other words than before; only while nothing runs. */
  function askPending(): void {
    const state = store.getState();
    const { run } = state;
    if (run === null || isBusy(run) || run.start === null || run.phase === 'failed') return;
    const prompts = promptsOf(state);
    const places = prompts.flatMap((prompt, index) => {
      const answer = run.answers.find((one) => one.prompt === prompt);
      return prompt.trim() !== '' && (answer === undefined || answer.after === null) ? [index] : [];
    });
    if (places.length === 0) return;
    askId += 1;
    store.setState({ asked: { ...state.asked, [askId]: places } });
    const texts = places.flatMap((index) => prompts[index] ?? []);
    tell({ type: 'ask', id: askId, recipe: run.recipe, prompts: texts, backend: state.backend });
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
      if (own.length > 0) edit({ kind: 'values', patch: presetValues(presets, recipe.preset) });
      else edit({ kind: 'preset', id: recipe.preset });
    },
    toggleRun: () => {
      const { run } = store.getState();
      if (run !== null && isBusy(run)) tell({ type: 'pause' });
      else begin('train');
    },
    step: () => begin('step'),
    stop: () => tell({ type: 'stop' }),
    reset: () => {
      store.setState({ run: null, asked: {}, dialog: null });
      tell({ type: 'reset' });
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
    askPending,
    chooseBackend: (backend: BackendChoice) => {
      store.setState({ backend, device: null });
      tell({ type: 'probe', backend });
    },
    select: (selectedPath: string | null) => store.setState({ selectedPath }),
    openDialog: (dialog: DialogName | null) => store.setState({ dialog }),
    openSheet: (sheet: SheetName | null) => store.setState({ sheet }),
    setTheme: (theme: Theme) => store.setState({ theme }),
    setLanguage: (language: Language) => store.setState({ language }),
    setKeysOn: (keysOn: boolean) => store.setState({ keysOn }),
    dismissNotes: () => store.setState({ linkNotes: [] }),
    /** Takes the recipe of a link, or of the first preset; called at the start and when the hash changes by hand. */
    open: async (hash: string): Promise<void> => {
      const { presets, recipe } = store.getState();
      const opened = await ports.openLink(hash, presets);
      const first = hash.length > 1 ? opened.recipe : presetRecipe(presets, recipe.preset);
      store.setState({
        recipe: first,
        linkNotes: opened.notes,
        expected: opened.fingerprint,
        past: [],
        future: [],
      });
      inspectSoon();
    },
    start: async (): Promise<void> => {
      tell({ type: 'probe', backend: store.getState().backend });
      const presets = await ports.loadPresets();
      const { recipe } = store.getState();
      const known = presets.some((preset) => preset.id === recipe.preset);
      store.setState({
        presets,
        recipe: presetRecipe(presets, known ? recipe.preset : (presets[0]?.id ?? '')),
      });
    },
    terminate: () => {
      trainer.terminate();
      inspector.terminate();
    },
  };
}

// One array, so that a reader of the store sees no change where there is none.
const noPrompts: readonly string[] = [];

/** The questions the recipe asks: one's own, or the preset's as the inspection gives them. */
export function promptsOf(state: Pick<PageState, 'recipe' | 'inspection' | 'presets'>): readonly string[] {
  if (state.recipe.prompts !== undefined) return state.recipe.prompts;
  const preset = state.presets.find((entry) => entry.id === state.recipe.preset);
  return state.inspection?.prompts ?? preset?.prompts ?? noPrompts;
}

/** Whether the run on screen belongs to the recipe in the form. */
export const runMatches = (state: Pick<PageState, 'run' | 'recipe'>): boolean =>
  state.run !== null && sameRun(state.run.recipe, state.recipe);

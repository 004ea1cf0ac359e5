// The questions of the page: which they are, when they are asked, and by what settings. A pause or a step asks nothing by itself; a question
// that a person changed while the engine was at work is asked when it rests.
import type { Recipe, Watch } from '../../engine/index.ts';
import { generationOptions, settingKeys, settingOf, withPatch } from '../../engine/index.ts';
import type { Command } from '../../engine/protocol.ts';
import { usualInterval } from './askIntervals.ts';
import { fixPatch } from './fixPatch.ts';
import { remember } from './remembered.ts';
import { isBusy } from './runStatus.ts';
import type { PageState } from './state.ts';
import type { Store } from './store.ts';

// One array, so that a reader of the store sees no change where there is none.
const noPrompts: readonly string[] = [];

/** The questions the recipe asks: one's own, or the preset's as the inspection gives them. */
export function promptsOf(state: Pick<PageState, 'recipe' | 'inspection' | 'presets'>): readonly string[] {
  if (state.recipe.prompts !== undefined) return state.recipe.prompts;
  const preset = state.presets.find((entry) => entry.id === state.recipe.preset);
  return preset?.prompts ?? state.inspection?.prompts ?? noPrompts;
}

/** What is asked while a run trains. */
export const watchOf = (state: Pick<PageState, 'recipe' | 'inspection' | 'presets' | 'askEvery'>): Watch => ({
  every: state.askEvery,
  prompts: promptsOf(state),
  generation: generationOptions(state.recipe.values),
});

/** The run's recipe with the form's settings of answers. */
function askedBy(run: Recipe, form: Recipe): Recipe {
  const ofAnswers = settingKeys.filter((key) => settingOf(key).section === 'generation');
  const patch = fixPatch(Object.fromEntries(ofAnswers.map((key) => [key, form.values[key]])));
  return { ...run, values: withPatch(run.values, patch) };
}

/** Rows decide nothing of what the untouched model says, and may be large. */
function withoutRows({ data: _, ...recipe }: Recipe): Recipe {
  return recipe;
}

export function answerActions(store: Store, tell: (command: Command) => void) {
  let askId = 0;
  /** Questions were changed while the engine was at work. */
  let owed = false;

  /** Only while nothing runs; `wanted`: which of the questions. */
  function ask(wanted: (prompt: string) => boolean): void {
    const state = store.getState();
    const { run } = state;
    if (run === null || isBusy(run) || run.start === null || run.phase === 'failed') return;
    owed = false;
    const prompts = promptsOf(state);
    const places = prompts.flatMap((prompt, index) =>
      prompt.trim() !== '' && wanted(prompt) ? [index] : [],
    );
    if (places.length === 0) return;
    askId += 1;
    store.setState({ asked: { ...state.asked, [askId]: places } });
    const texts = places.flatMap((index) => prompts[index] ?? []);
    const recipe = askedBy(run.recipe, state.recipe);
    tell({ type: 'ask', id: askId, recipe, prompts: texts, backend: state.backend });
  }

  const unanswered = (prompt: string): boolean =>
    (store.getState().run?.answers.find((one) => one.prompt === prompt)?.after ?? null) === null;

  return {
    /** Asks the untouched model the first question, where no run does. */
    askUntouched: (): void => {
      const state = store.getState();
      const prompt = promptsOf(state)[0] ?? '';
      const { run, recipe, untouched } = state;
      if (run !== null || prompt.trim() === '') return;
      const id = untouched.id + 1;
      store.setState({ untouched: { ...untouched, id, asking: true } });
      tell({ type: 'ask-untouched', id, recipe: withoutRows(recipe), prompts: [prompt] });
    },
    /** Asks the questions that have no answer yet, or other words than before; at once, or as soon as the engine rests. */
    askPending: (): void => {
      owed = isBusy(store.getState().run);
      ask(unanswered);
    },
    /** Asks all of them, as the adapter stands now. */
    askNow: (): void => ask(() => true),
    /** The engine rests. */
    askOwed: (): void => {
      if (owed) ask(unanswered);
    },
    /** Tells the engine what is asked from now on, where a run is at work. */
    watchOn: (): void => {
      const state = store.getState();
      if (isBusy(state.run)) tell({ type: 'watch', watch: watchOf(state) });
    },
    setAskEvery: (askEvery: number): void => {
      store.setState({ askEvery });
      remember('ask-every', askEvery === usualInterval ? null : String(askEvery));
      const state = store.getState();
      if (isBusy(state.run)) tell({ type: 'watch', watch: watchOf(state) });
    },
  };
}

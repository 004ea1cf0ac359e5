// The page's store: vanilla zustand, so that charts and tests read it without React. Only actions.ts,
// engines.ts and what actions.ts is made of (modelActions.ts, adapterActions.ts) write to it.
import { createStore } from 'zustand/vanilla';
import { defaultValues } from '../../engine/index.ts';
import { usualInterval } from './askIntervals.ts';
import type { HubState } from './hubState.ts';
import { noQueue } from './queueState.ts';
import { noRuns } from './runsState.ts';
import type { Language, PageState, PastedScript, Theme } from './state.ts';

/** The preset the page opens with: rows and questions in its own language. */
const firstPreset: Readonly<Record<Language, string>> = { en: 'ships-log', zh: 'ships-log-zh' };

export const nothingPasted: PastedScript = {
  text: '',
  name: null,
  kept: false,
  versions: {},
  past: [],
  id: 0,
  phase: 'idle',
  loadedBytes: 0,
  totalBytes: 0,
  costBytes: null,
  reading: null,
  failure: null,
  refused: null,
};

/** Where models are fetched unless a person names another address of the same protocol. */
export const defaultHub = 'https://huggingface.co';

export const nothingAsked: HubState = {
  settings: { address: defaultHub, token: null },
  opening: null,
  failure: null,
  rows: { wish: '', view: null, looking: false, fetching: false, failure: null },
  push: { phase: 'idle', file: '', done: 0, total: 0, pushed: null, failure: null },
  wish: '',
  view: null,
  looking: false,
  weighed: null,
  refusal: null,
  found: null,
  searching: false,
  kept: null,
};

/** The state before anything is known. */
export function emptyState(language: Language, theme: Theme): PageState {
  return {
    opened: false,
    openFailure: null,
    presets: [],
    recipe: { preset: firstPreset[language], values: defaultValues },
    past: [],
    future: [],
    lastEdit: null,
    inspection: null,
    inspectFailure: null,
    inspectId: 0,
    fixedScript: null,
    device: null,
    script: nothingPasted,
    why: null,
    whyFailure: null,
    guide: null,
    changed: new Set(),
    model: { picked: null, summary: null, failure: null, reading: false },
    hub: nothingAsked,
    adapter: { opened: [], used: [], summary: null, failure: null, reading: false },
    rows: { failure: null, reading: false, files: new Map(), statistics: null, counting: null },
    runs: noRuns,
    queue: noQueue,
    saved: null,
    savedRefusal: null,
    elsewhere: null,
    backend: 'auto',
    run: null,
    askEvery: usualInterval,
    play: null,
    untouched: { id: 0, asking: false, prompt: '', text: null },
    asked: {},
    linkNotes: [],
    readOnly: false,
    expected: null,
    language,
    theme,
    keysOn: true,
    selectedPath: null,
    newer: false,
    dialog: null,
    sheet: null,
  };
}

export const makeStore = (initial: PageState) => createStore<PageState>()(() => initial);
export type Store = ReturnType<typeof makeStore>;

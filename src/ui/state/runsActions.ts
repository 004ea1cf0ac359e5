// The kept runs: listing, naming, deleting, files out and in, and taking one up again. Who has them is the trainer's worker, also while
// it trains.
import type { ExportFile } from '../../engine/index.ts';
import type { Command, Event } from '../../engine/protocol.ts';
import type { RowScoresEvent } from './rowScoresActions.ts';
import { rowScoresActions } from './rowScoresActions.ts';
import type { RunsState, RunsTab } from './runsState.ts';
import type { Edit, Ports } from './state.ts';
import type { Store } from './store.ts';

type OfRuns<T extends { readonly type: string }> = Extract<T, { type: `runs-${string}` | 'run-shelved' }>;
export type RunsEvent = OfRuns<Event> | RowScoresEvent;

const isOfScores = (event: Event): event is RowScoresEvent =>
  event.type === 'rows-scored' || event.type === 'rows-unscored';

export const isOfRuns = (event: Event): event is RunsEvent =>
  event.type.startsWith('runs-') || event.type === 'run-shelved' || isOfScores(event);

interface Doors {
  readonly edit: (change: Edit) => void;
  /** Opens an adapter's files, which the recipe then goes on from. */
  readonly openAdapter: (files: readonly File[], name: string) => void;
  readonly tell: (command: Command) => void;
}

export function runsActions(store: Store, ports: Ports, { edit, tell, openAdapter }: Doors) {
  let lastId = 0;
  let listId = 0;
  /** What becomes of runs that were asked for, by the id of the question. */
  const takers = new Map<number, (files: readonly ExportFile[]) => void>();
  const change = (patch: Partial<RunsState>): void =>
    store.setState(({ runs }) => ({ runs: { ...runs, ...patch } }));
  const nextId = (): number => {
    lastId += 1;
    return lastId;
  };
  /** A question that the list answers; the newest one's answer is shown. */
  const listed = (): number => {
    listId = nextId();
    change({ failure: null });
    return listId;
  };
  const take = (runs: readonly string[], taker: (files: readonly ExportFile[]) => void): void => {
    const id = nextId();
    takers.set(id, taker);
    change({ failure: null });
    tell({ type: 'runs-take', id, runs });
  };
  const listRuns = (): void => tell({ type: 'runs-list', id: listed() });

  const scores = rowScoresActions(store, tell);
  /** The form gets the run's recipe, as a fresh run of it begins from the adapter. */
  const goOnFrom = ({ recipe, name, files }: Extract<RunsEvent, { type: 'runs-adapter' }>): void => {
    const { adapter: _, changes: __, ...rest } = recipe;
    edit({ kind: 'recipe', recipe: rest });
    openAdapter(
      files.map((file) => new File([file.bytes], file.name)),
      name,
    );
  };

  return {
    /** Another tab has no run any more: what it saved can go on here, where nothing is on screen. */
    takeOver: (): void => {
      if (store.getState().run === null) tell({ type: 'saved' });
    },
    ...scores,
    listRuns,
    /** Opens the dialog of the runs at one of its parts. */
    openRuns: (tab: RunsTab): void => {
      change({ tab });
      store.setState({ dialog: 'runs' });
    },
    nameRun: (run: string, name: string): void => tell({ type: 'runs-name', id: listed(), run, name }),
    removeRuns: (runs: readonly string[]): void => tell({ type: 'runs-remove', id: listed(), runs }),
    bringRuns: (file: Blob): void => tell({ type: 'runs-bring', id: listed(), file }),
    /** Runs that were dropped on the page: what became of them is shown. */
    dropRuns: (files: readonly Blob[]): void => {
      store.setState({ dialog: 'runs' });
      for (const file of files) tell({ type: 'runs-bring', id: listed(), file });
    },
    /** Saves runs as files, several in one archive. */
    saveRuns: (runs: readonly string[]): void =>
      take(runs, (files) => void ports.saveFiles('lora-playground-runs', files)),
    /** Offers a kept run to go on with, as one that was saved. */
    takeUpRun: (run: string): void =>
      take([run], ([file]) => {
        if (file === undefined) return;
        store.setState({ dialog: null });
        tell({ type: 'open-run', file: new Blob([file.bytes]) });
      }),
    /** Has a new run begin from a kept run's adapter. */
    takeAdapterOf: (run: string): void => {
      change({ failure: null });
      tell({ type: 'runs-adapter', id: nextId(), run });
    },
    /** Puts a kept run's recipe into the form. */
    takeRecipeOf: (run: string): void => tell({ type: 'runs-recipe', id: nextId(), run }),
    /** The last copy of a run that could not be kept. */
    saveUnkept: async (): Promise<void> => {
      const { unkept } = store.getState().runs;
      if (unkept === null) return;
      const bytes = new Uint8Array(await unkept.run.arrayBuffer());
      await ports.saveFiles('run', [{ name: 'unkept.lora-run', bytes }]);
      change({ unkept: null });
    },
    forgetUnkept: (): void => change({ unkept: null }),
    onRuns: (event: RunsEvent): void => {
      if (isOfScores(event)) {
        scores.onScores(event);
        return;
      }
      switch (event.type) {
        case 'runs-listed': {
          const { runs, lasts, roomBytes, id } = event;
          if (id === listId) change({ listed: runs, lasts, roomBytes });
          return;
        }
        case 'runs-taken':
          takers.get(event.id)?.(event.files);
          takers.delete(event.id);
          return;
        case 'runs-adapter':
          store.setState({ dialog: null });
          goOnFrom(event);
          return;
        case 'runs-recipe':
          store.setState({ dialog: null });
          edit({ kind: 'recipe', recipe: event.recipe });
          return;
        case 'runs-failed':
          takers.delete(event.id);
          change({ failure: event.error });
          return;
        case 'run-shelved':
          if (event.error !== null && event.run !== null)
            change({ unkept: { error: event.error, run: event.run } });
          if (store.getState().runs.listed !== null) listRuns();
      }
    },
  };
}

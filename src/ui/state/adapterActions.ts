// Choosing the adapters that a run goes on from: their files are read by both engines, and one of them, or several stacked, becomes the
// recipe's adapter, with the settings that it stands for, when the inspector found that it fits.
import type { Event } from '../../engine/protocol.ts';
import type { Engines } from './engineHooks.ts';
import { presetValues } from './recipeEdits.ts';
import type { Edit, PageState, PickedAdapter } from './state.ts';
import type { Store } from './store.ts';

/** The folder's name, else the first file's. */
const nameOf = (first: File): string => first.webkitRelativePath.split('/')[0] || first.name;

export function adapterActions(store: Store, edit: (change: Edit) => void, engines: () => Engines) {
  let lastId = 0;
  /** What was used before the inspector was asked, for the case that it refuses. */
  let before: readonly PickedAdapter[] = [];

  function chooseAdapters(used: readonly PickedAdapter[]): void {
    const { adapter } = store.getState();
    lastId += 1;
    if (!adapter.reading) before = adapter.used;
    store.setState({ adapter: { ...adapter, used, failure: null, reading: true } });
    engines().openAdapter(lastId, used);
  }
  function startFresh(dialog: PageState['dialog']): void {
    const { presets, recipe, adapter } = store.getState();
    // What is still being read is not waited for.
    lastId += 1;
    const own = presetValues(presets, recipe.preset);
    store.setState({
      dialog,
      adapter: { ...adapter, used: [], summary: null, failure: null, reading: false },
    });
    edit({ kind: 'adapter', adapter: null, patch: { 'wiring.attach': own['wiring.attach'] } });
  }

  return {
    useFreshAdapter: (): void => startFresh(null),
    /** Opens an adapter and uses it alone. */
    openAdapter: (files: readonly File[], name: string | null = null): void => {
      const [first] = files;
      if (first !== undefined) chooseAdapters([{ name: name ?? nameOf(first), files }]);
    },
    /** An adapter that was dropped on the page: what became of it is shown. */
    dropAdapter: (files: readonly File[], folder: string | null): void => {
      const [first] = files;
      if (first === undefined) return;
      store.setState({ dialog: 'adapter' });
      chooseAdapters([{ name: folder ?? nameOf(first), files }]);
    },
    /** Uses these of the opened ones together; none is a fresh adapter. */
    chooseAdapters: (used: readonly PickedAdapter[]): void =>
      used.length === 0 ? startFresh(store.getState().dialog) : chooseAdapters(used),
    /** What the inspector says. A recipe that names this very adapter keeps its own settings. */
    onAdapter: (event: Extract<Event, { type: 'adapter' | 'adapter-failed' }>): void => {
      const { adapter, recipe, dialog } = store.getState();
      if (event.id !== lastId) return;
      if (event.type === 'adapter-failed') {
        store.setState({ adapter: { ...adapter, used: before, failure: event.error, reading: false } });
        return;
      }
      const { name, digest, patch } = event.adapter;
      const fresh = adapter.used.filter((one) => !adapter.opened.includes(one));
      const opened = [...adapter.opened, ...fresh];
      store.setState({
        adapter: { ...adapter, opened, summary: event.adapter, failure: null, reading: false },
        // With a choice to make the dialog stays.
        dialog: opened.length > 1 ? dialog : null,
      });
      const wanted = recipe.adapter?.digest === digest;
      edit({ kind: 'adapter', adapter: { name, digest }, patch: wanted ? {} : patch });
    },
  };
}

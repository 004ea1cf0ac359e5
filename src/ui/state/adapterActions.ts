// Choosing the adapter that a run goes on from: its files are read by both engines, and it becomes the recipe's adapter, with the
// settings that it stands for, when the inspector found that it fits.
import type { Event } from '../../engine/protocol.ts';
import type { Engines } from './engines.ts';
import { presetValues } from './recipeEdits.ts';
import type { Edit } from './state.ts';
import type { Store } from './store.ts';

export function adapterActions(store: Store, edit: (change: Edit) => void, engines: () => Engines) {
  let lastId = 0;
  return {
    openAdapter: (files: readonly File[]): void => {
      const [first] = files;
      if (first === undefined) return;
      lastId += 1;
      const folder = first.webkitRelativePath.split('/')[0];
      const name = folder !== undefined && folder !== '' ? folder : first.name;
      store.setState({ adapter: { name, files, summary: null, failure: null, reading: true } });
      engines().openAdapter(lastId);
    },
    useFreshAdapter: (): void => {
      const { presets, recipe } = store.getState();
      const own = presetValues(presets, recipe.preset);
      store.setState({ dialog: null });
      edit({ kind: 'adapter', adapter: null, patch: { 'wiring.attach': own['wiring.attach'] } });
    },
    /** What the inspector says. A recipe that names this very adapter keeps its own settings. */
    onAdapter: (event: Extract<Event, { type: 'adapter' | 'adapter-failed' }>): void => {
      const { adapter, recipe } = store.getState();
      if (event.id !== lastId) return;
      if (event.type === 'adapter-failed') {
        store.setState({ adapter: { ...adapter, failure: event.error, reading: false } });
        return;
      }
      const { name, digest, patch } = event.adapter;
      store.setState({
        adapter: { ...adapter, summary: event.adapter, failure: null, reading: false },
        dialog: null,
      });
      const wanted = recipe.adapter?.digest === digest;
      edit({ kind: 'adapter', adapter: { name, digest }, patch: wanted ? {} : patch });
    },
  };
}

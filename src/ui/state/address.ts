// Keeps the address in step with the recipe, and the recipe with an address changed by hand. Writing never makes a
// history entry: Back leaves the page, undo is for settings.
import type { Actions } from './actions.ts';
import { keepDraft } from './draft.ts';
import type { Ports } from './state.ts';
import type { Store } from './store.ts';

/** Pause in typing after which the address is written. */
const restMs = 250;

export interface AddressBar {
  readonly hash: () => string;
  readonly write: (hash: string) => void;
  readonly onChange: (changed: () => void) => void;
}

/** The browser's address bar. */
export const browserAddress: AddressBar = {
  hash: () => location.hash,
  write: (hash) => history.replaceState(null, '', hash === '' ? location.pathname + location.search : hash),
  onChange: (changed) => addEventListener('hashchange', changed),
};

/** Starts both directions. Own rows never go into the address: only the share dialog writes them, when asked. */
export function syncAddress(
  store: Store,
  actions: Pick<Actions, 'open'>,
  ports: Pick<Ports, 'writeLink' | 'recipeJson'>,
  bar: AddressBar,
): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let written = bar.hash();
  let turn = 0;
  const write = async (): Promise<void> => {
    turn += 1;
    const mine = turn;
    const { recipe, presets } = store.getState();
    const text = await ports.writeLink(recipe, presets, { includeData: false, fingerprint: null });
    if (mine !== turn) return;
    written = `#${text}`;
    bar.write(written);
    keepDraft(recipe, presets, written, ports);
  };
  store.subscribe((state, before) => {
    // Opening a link fills the recipe without an edit and leaves nothing to undo or redo; its address stays as it was given, fingerprint and all.
    const opened = state.past.length === 0 && state.future.length === 0;
    if (state.recipe === before.recipe || opened) return;
    clearTimeout(timer);
    timer = setTimeout(() => void write(), restMs);
  });
  bar.onChange(() => {
    if (bar.hash() !== written) {
      written = bar.hash();
      void actions.open(written);
    }
  });
}

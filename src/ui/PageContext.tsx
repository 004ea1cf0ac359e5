// Hands store and actions to the panels, and reads the store in React's thin way. Nothing is computed here.
import { createContext, startTransition, useContext, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Text } from '../engine/index.ts';
import { invariant } from '../engine/index.ts';
import type { Actions } from './state/actions.ts';
import type { PageState, Ports } from './state/state.ts';
import type { Store } from './state/store.ts';
import { pick, textsOf } from './texts/i18n.ts';

export interface Page {
  readonly store: Store;
  readonly actions: Actions;
  readonly ports: Ports;
}

export const PageContext = createContext<Page | null>(null);

export function usePage(): Page {
  const page = useContext(PageContext);
  invariant(page !== null, 'a panel stands outside the page');
  return page;
}

export const useActions = (): Actions => usePage().actions;

/** A part of the state; the panel draws again only when this part changes. */
export function usePageState<T>(select: (state: PageState) => T): T {
  return useStore(usePage().store, select);
}

/**
 * The same for what follows every step in many places: drawn in slices, after whatever a person waits for. It may show
 * the state of a moment ago.
 */
export function useCalmState<T>(select: (state: PageState) => T): T {
  const { store } = usePage();
  const [state, setState] = useState(store.getState);
  const latest = useRef(select);
  useEffect(() => {
    latest.current = select;
  });
  useEffect(() => {
    const follow = (): void =>
      startTransition(() =>
        setState((shown) => {
          const now = store.getState();
          return Object.is(latest.current(shown), latest.current(now)) ? shown : now;
        }),
      );
    follow();
    return store.subscribe(follow);
  }, [store]);
  return select(state);
}

/** Texts of the page and of the engine in the page's language. */
export function useTexts() {
  const language = usePageState((state) => state.language);
  return { t: textsOf(language), language, say: (text: Text): string => pick(text, language) };
}

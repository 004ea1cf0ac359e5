// Which of the three layouts the window has room for. The same borders stand in styles/layout.css.
import { useSyncExternalStore } from 'react';

export type Width = 'wide' | 'middle' | 'narrow';

const queries = { narrow: '(max-width: 699px)', middle: '(max-width: 1179px)' } as const;

function read(): Width {
  if (matchMedia(queries.narrow).matches) return 'narrow';
  return matchMedia(queries.middle).matches ? 'middle' : 'wide';
}

function subscribe(changed: () => void): () => void {
  const lists = Object.values(queries).map((query) => matchMedia(query));
  for (const list of lists) list.addEventListener('change', changed);
  return () => {
    for (const list of lists) list.removeEventListener('change', changed);
  };
}

export const useWidth = (): Width => useSyncExternalStore(subscribe, read);

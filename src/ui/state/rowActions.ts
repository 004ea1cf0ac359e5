// Bringing own rows: a file or a pasted text is read by the inspector, and becomes the recipe's rows when it was understood, with what its
// columns are probably for. The trainer is only told where a file is.
import type { CustomData, DataFormat } from '../../engine/index.ts';
import { isInFile } from '../../engine/index.ts';
import type { Event } from '../../engine/protocol.ts';
import type { Engines } from './engines.ts';
import type { Edit } from './state.ts';
import type { Store } from './store.ts';

export function rowActions(store: Store, edit: (change: Edit) => void, engines: () => Engines) {
  let lastId = 0;
  let asked: File | null = null;

  function openRows(file: File, format: DataFormat | null = null): void {
    lastId += 1;
    asked = file;
    store.setState(({ rows }) => ({ rows: { ...rows, failure: null, reading: true } }));
    engines().ask({ type: 'open-rows', id: lastId, name: file.name, file, format });
  }

  return {
    openRows,
    /** Rows that were dropped on the page: what became of them is shown. */
    dropRows: (file: File): void => {
      store.setState({ dialog: 'data' });
      openRows(file);
    },
    /** Reads the recipe's rows as another format. */
    readAs: (format: DataFormat): void => {
      const { recipe, rows } = store.getState();
      const { data } = recipe;
      if (data === undefined) return;
      const file = isInFile(data) ? rows.files.get(data.digest) : new File([data.text], data.name);
      if (file !== undefined) openRows(file, format);
    },
    /** Other uses of the same rows. */
    useRows: (change: Partial<Pick<CustomData, 'columns' | 'edits' | 'leftOut'>>): void => {
      const { data } = store.getState().recipe;
      if (data !== undefined) edit({ kind: 'data', data: { ...data, ...change } });
    },
    presetRows: (): void => edit({ kind: 'data', data: null }),
    /** What the inspector says of a file. */
    onRows: (event: Extract<Event, { type: 'rows' | 'rows-failed' }>): void => {
      if (event.id !== lastId) return;
      const { rows, dialog } = store.getState();
      if (event.type === 'rows-failed') {
        store.setState({ rows: { ...rows, failure: event.error, reading: false } });
        return;
      }
      const { data, guess } = event.rows;
      const files = new Map(rows.files);
      if (isInFile(data) && asked !== null) {
        files.set(data.digest, asked);
        engines().holdRows(data.digest, asked);
      }
      store.setState({
        rows: { ...rows, files, failure: null, reading: false },
        // What was guessed is to be seen; rows that name their columns themselves leave nothing to choose.
        dialog: dialog === 'data' && guess !== null && data.columns === undefined ? null : dialog,
      });
      edit({ kind: 'data', data });
    },
  };
}

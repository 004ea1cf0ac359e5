// Bringing own rows: a file or a pasted text is read by the inspector, and becomes the recipe's rows when it was understood, with what its
// columns are probably for. The trainer is only told where a file is.
import type { ColumnMapping, CustomData, DataFormat, DataSource } from '../../engine/index.ts';
import { isInFile, rowsStore } from '../../engine/index.ts';
import type { RowsAsked, RowsView, TemplateView } from '../../engine/protocol.ts';
import type { Engines } from './engineHooks.ts';
import { keepOpened, openAllowed } from './openedFiles.ts';
import type { RowsEvent } from './rowsEvent.ts';
import type { Edit } from './state.ts';
import type { Store } from './store.ts';

/** Bytes of a file of one's own that is there after a reload; a larger one is opened again. */
const MOST_KEPT = 2 ** 26;

export interface RowsChange extends Partial<Pick<CustomData, 'edits' | 'leftOut'>> {
  /** null: as the columns are called. */
  readonly columns?: ColumnMapping | null;
}

export function rowActions(
  store: Store,
  edit: (change: Edit) => void,
  engines: () => Pick<Engines, 'ask' | 'holdRows' | 'inspectSoon'>,
) {
  let lastId = 0;
  let asked: File | null = null;
  /** Whether the rows are to be worked on where they were opened. */
  let stays = false;
  /** Who waits for rows, by the id of the question. */
  const looks = new Map<number, (view: RowsView | null) => void>();
  let lookId = 0;
  let templateId = 0;
  /** Who waits for a template: the newest alone. */
  let shown: (view: TemplateView | null) => void = () => {};
  let countId = 0;

  function answered(id: number, view: RowsView | null): void {
    looks.get(id)?.(view);
    looks.delete(id);
  }

  function openRows(file: File, format: DataFormat | null = null, source: DataSource | null = null): void {
    lastId += 1;
    asked = file;
    stays = false;
    store.setState(({ rows }) => ({ rows: { ...rows, failure: null, reading: true } }));
    engines().ask({ type: 'open-rows', id: lastId, name: file.name, file, format, source });
  }

  /** Rows that were fetched or opened at an earlier visit are here without asking anybody. */
  async function findRows(data: CustomData | undefined): Promise<void> {
    if (data === undefined || !isInFile(data)) return;
    const { digest, name } = data;
    if (store.getState().rows.files.has(digest)) return;
    const file = await (await rowsStore()).keptRows(digest);
    if (file === null) {
      // What a handle opens may have changed since, so it is read anew.
      const [again] = (await openAllowed(digest))?.files ?? [];
      if (again) openRows(again);
      return;
    }
    store.setState(({ rows }) => ({ rows: { ...rows, files: new Map(rows.files).set(digest, file) } }));
    engines().ask({ type: 'hold-rows', digest, name, file });
    engines().holdRows(digest, file);
    engines().inspectSoon();
  }

  return {
    findRows,
    openRows,
    /** Rows that were dropped on the page: what became of them is shown. */
    dropRows: (file: File): void => {
      store.setState({ dialog: 'data' });
      openRows(file);
    },
    /** Rows to be changed: their dialog stays. */
    editRows: (file: File): void => {
      openRows(file);
      stays = true;
    },
    /** The recipe's rows with one more behind them: places stay, and with them what was changed or left out. */
    changeRowsText: (text: string): void => {
      const { data } = store.getState().recipe;
      if (data !== undefined && !isInFile(data)) edit({ kind: 'data', data: { ...data, text } });
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
    changeRows: ({ columns, ...change }: RowsChange): void => {
      const { data } = store.getState().recipe;
      if (data === undefined) return;
      const { columns: before, ...rest } = data;
      const mapping = columns === undefined ? before : columns;
      edit({ kind: 'data', data: { ...rest, ...(mapping ? { columns: mapping } : {}), ...change } });
    },
    /** Rows of the recipe that match; null where they can't be had, which the inspection says, or where nobody answers any more. */
    lookAtRows: (wanted: RowsAsked): Promise<RowsView | null> =>
      new Promise((resolve) => {
        lookId += 1;
        looks.set(lookId, resolve);
        engines().ask({ type: 'look-at-rows', id: lookId, recipe: store.getState().recipe, asked: wanted });
      }),
    /** Counts all rows of the recipe anew; the numbers stand in the state when they come. */
    countRows: (): void => {
      countId += 1;
      engines().ask({ type: 'count-rows', id: countId, recipe: store.getState().recipe });
    },
    /** A conversation by this template, or by the model's own; null where a newer question took its place, or nobody answers any more. */
    showTemplate: (template: string | null): Promise<TemplateView | null> =>
      new Promise((resolve) => {
        shown(null);
        shown = resolve;
        templateId += 1;
        const { chatTemplate: _, ...plain } = store.getState().recipe;
        const recipe = template === null ? plain : { ...plain, chatTemplate: template };
        engines().ask({ type: 'show-template', id: templateId, recipe });
      }),
    /** The inspector that was asked is gone. */
    rowsUnheard: (): void => {
      shown(null);
      for (const id of [...looks.keys()]) answered(id, null);
    },
    presetRows: (): void => edit({ kind: 'data', data: null }),
    /** What the inspector says of a file. */
    onRows: (event: RowsEvent): void => {
      if (event.type === 'rows-seen' || event.type === 'rows-unseen') {
        answered(event.id, event.type === 'rows-seen' ? event.view : null);
        return;
      }
      if (event.type === 'template-seen') {
        if (event.id === templateId) shown(event.view);
        return;
      }
      if (event.type === 'rows-counted') {
        if (event.id !== countId) return;
        const { done, total, statistics } = event;
        store.setState(({ rows }) => ({
          rows: {
            ...rows,
            statistics: statistics ?? rows.statistics,
            counting: statistics ? null : { done, total },
          },
        }));
        const { inspection } = store.getState();
        // What was told of the first rows can be told of all.
        const known = inspection?.data;
        if (statistics && known && known.counted < known.rows) engines().inspectSoon();
        return;
      }
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
        const file = asked;
        if (!data.source) keepOpened(data.digest, file.name, [file]);
        if (data.source || file.size <= MOST_KEPT)
          void rowsStore()
            .then(({ keepRows }) => keepRows(data.digest, file))
            // A part of the page could not be fetched: they are opened again at the next visit.
            .catch(() => {});
      }
      store.setState({
        // What was counted is of other rows.
        rows: { ...rows, files, failure: null, reading: false, statistics: null, counting: null },
        // What was guessed is to be seen; rows that name their columns themselves leave nothing to choose.
        dialog: !stays && dialog === 'data' && guess !== null && data.columns === undefined ? null : dialog,
      });
      // Opened again: what was made of them before stands.
      const before = store.getState().recipe.data;
      const same =
        before !== undefined && isInFile(before) && isInFile(data) && before.digest === data.digest;
      edit({ kind: 'data', data: same && !rows.files.has(data.digest) ? before : data });
    },
  };
}

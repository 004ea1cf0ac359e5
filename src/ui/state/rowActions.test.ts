// A file of rows becomes the recipe's when the inspector understood it; the trainer is told where a file is, another inspector too.
import { expect, it } from 'vitest';
import type { ColumnMapping, CustomData, RowStatistics } from '../../engine/index.ts';
import type { Command, Event, RowsView } from '../../engine/protocol.ts';
import type { Engines } from './engineHooks.ts';
import { edited } from './recipeEdits.ts';
import { rowActions } from './rowActions.ts';
import { emptyState, makeStore } from './store.ts';

const columns: ColumnMapping = {
  to: 'prompt-completion',
  columns: { prompt: 'question', completion: 'answer' },
  chat: true,
  renameRoles: false,
};
const ownRows: CustomData = { name: 'mine.csv', text: 'question,answer\na,b\n', format: 'csv', columns };
const rowsView: RowsView = { columns: ['question', 'answer'], total: 1, matches: 0, problems: 0, rows: [] };

const countedBefore: RowStatistics = {
  rows: 1,
  longest: 1,
  tokens: 1,
  buckets: [],
  marks: { cut: 1, untrained: 0, duplicate: 0, empty: 0 },
  tokensCut: 1,
  packed: { sequences: 1, filled: 1 },
  filled: 1,
};

const unreadable = {
  code: 'csv-quote',
  message: { en: 'a', zh: '甲' },
  remedy: { en: 'b', zh: '乙' },
  data: {},
} as const;

function page() {
  const store = makeStore(emptyState('en', 'light'));
  const asked: Command[] = [];
  const held: string[] = [];
  const engines: Pick<Engines, 'ask' | 'holdRows' | 'inspectSoon'> = {
    ask: (command) => void asked.push(command),
    holdRows: (digest) => void held.push(digest),
    inspectSoon: () => void held.push('inspect'),
  };
  const actions = rowActions(
    store,
    (change) => store.setState((state) => edited(state, change, 0)),
    () => engines,
  );
  const rows = (data: CustomData): Event & { type: 'rows' } => ({
    type: 'rows',
    id: asked.length,
    rows: { data, columns: ['question', 'answer'], rows: 2, guess: columns },
  });
  return { store, asked, held, actions, rows };
}

it('takes rows that travel, with what their columns are for, and holds nothing', () => {
  const { store, asked, held, actions, rows } = page();
  store.setState((state) => ({ rows: { ...state.rows, statistics: countedBefore } }));
  actions.dropRows(new File(['a'], 'mine.csv'));
  expect(asked).toMatchObject([{ type: 'open-rows', name: 'mine.csv', format: null }]);
  expect(store.getState()).toMatchObject({ dialog: 'data', rows: { reading: true } });
  actions.onRows(rows(ownRows));
  expect(store.getState()).toMatchObject({
    dialog: 'data',
    // What was counted of the rows before is told of no others.
    rows: { reading: false, statistics: null, counting: null },
    recipe: { data: ownRows },
  });
  expect(held).toEqual([]);
  actions.changeRows({ columns: null, leftOut: [1] });
  expect(store.getState().recipe.data).not.toHaveProperty('columns');
  expect(store.getState().recipe.data).toMatchObject({ leftOut: [1], format: 'csv' });
});

it('tells the trainer of a file, and reads it again as another format', () => {
  const { store, asked, held, actions, rows } = page();
  const file = new File(['a'], 'mine.parquet');
  actions.openRows(file);
  actions.onRows(rows({ name: 'mine.parquet', digest: 'd1', format: 'parquet' }));
  expect(held).toEqual(['d1']);
  expect(store.getState().rows.files.get('d1')).toBe(file);
  actions.readAs('text');
  expect(asked.at(-1)).toMatchObject({ type: 'open-rows', file, format: 'text' });
});

it('closes the dialog over rows that name their columns themselves', () => {
  const { store, actions, rows } = page();
  actions.dropRows(new File(['a'], 'mine.jsonl'));
  actions.onRows(rows({ name: 'mine.jsonl', text: '{"text":"a"}', format: 'json' }));
  expect(store.getState().dialog).toBeNull();
});

it('says what is wrong with a file and keeps the rows that were there; an older answer changes nothing', () => {
  const { store, actions, rows } = page();
  actions.openRows(new File(['a'], 'first.csv'));
  actions.onRows(rows(ownRows));
  actions.openRows(new File(['a'], 'second.csv'));
  actions.onRows({ type: 'rows-failed', id: 1, error: unreadable });
  expect(store.getState().rows.failure).toBeNull();
  actions.onRows({ type: 'rows-failed', id: 2, error: unreadable });
  expect(store.getState()).toMatchObject({
    rows: { failure: unreadable, reading: false },
    recipe: { data: ownRows },
  });
});

it('gives rows to whoever asked, and nothing when nobody answers any more', async () => {
  const { actions } = page();
  const wanted = { from: 0, count: 1, search: '', filter: 'all', tokens: false } as const;
  const first = actions.lookAtRows(wanted);
  const second = actions.lookAtRows(wanted);
  actions.onRows({ type: 'rows-seen', id: 1, view: rowsView });
  actions.rowsUnheard();
  expect(await Promise.all([first, second])).toEqual([rowsView, null]);
});

it('shows a template’s conversation to who asked last, and lets nobody wait', async () => {
  const { asked, actions } = page();
  const view = (text: string) => ({ own: null, text, spans: [], problem: null });
  const first = actions.showTemplate('a');
  const second = actions.showTemplate(null);
  expect(await first).toBeNull();
  expect(asked.map((one) => 'recipe' in one && one.recipe?.chatTemplate)).toEqual(['a', undefined]);
  actions.onRows({ type: 'template-seen', id: 1, view: view('late') });
  actions.onRows({ type: 'template-seen', id: 2, view: view('b') });
  expect(await second).toEqual(view('b'));
  const third = actions.showTemplate('c');
  actions.rowsUnheard();
  expect(await third).toBeNull();
});

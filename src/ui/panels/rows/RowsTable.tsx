// The rows of a file, some dozens of them at a time, however many there are: found by words or by what is wrong with them, changed cell by
// cell, or left out.
import type { UIEvent } from 'react';
import { memo, startTransition, useCallback, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import type { CustomData } from '../../../engine/index.ts';
import type { RowsAsked, RowsView } from '../../../engine/protocol.ts';
import { useActions, useTexts } from '../../PageContext.tsx';
import { Picker } from '../../parts/Picker.tsx';
import { countText } from '../../texts/numbers.ts';
import { leaving, withEdit } from './mappingEdits.ts';
import { useRowsTexts } from './rowsTexts.ts';

/** Height of a row in rows.css. */
const rowHeight = 32;
/** Rows that stand in the document: those to be seen, and some before and behind them. */
const window = 22;
const step = 5;
const filters = ['all', 'problem', 'cut', 'untrained', 'duplicate', 'empty'] as const;
type Filter = RowsAsked['filter'];
const isFilter = (value: string): value is Filter => filters.some((one) => one === value);

interface Open {
  readonly place: number;
  readonly column: string;
  readonly text: string;
  readonly whole: boolean;
}

function Editor({
  cell,
  data,
  close,
}: {
  readonly cell: Open;
  readonly data: CustomData;
  readonly close: () => void;
}) {
  const r = useRowsTexts();
  const actions = useActions();
  const [text, setText] = useState(cell.text);
  const { place, column, whole } = cell;
  const label = r('edit', { row: place + 1, column });
  return (
    <div className="cell-editor">
      <label className="small dim" htmlFor="cell-text">
        {label}
      </label>
      <textarea
        id="cell-text"
        className="field"
        readOnly={!whole}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {!whole && <p className="small">{r('tooLong')}</p>}
      <div className="dialog-actions">
        {whole && (
          <Button
            className="button"
            onPress={() => {
              actions.changeRows({ edits: withEdit(data, place, column, text) });
              close();
            }}
          >
            {r('save')}
          </Button>
        )}
        <Button className="button" onPress={close}>
          {r('cancel')}
        </Button>
      </div>
    </div>
  );
}

type Shown = RowsView['rows'][number];

/** The same to look at, though another answer brought it. */
const sameRow = (a: Shown, b: Shown): boolean =>
  a.place === b.place &&
  a.leftOut === b.leftOut &&
  a.problem?.en === b.problem?.en &&
  a.cells.length === b.cells.length &&
  a.cells.every(({ text, whole }, i) => text === b.cells[i]?.text && whole === b.cells[i]?.whole);

interface RowProps {
  readonly row: Shown;
  readonly columns: readonly string[];
  readonly leave: (place: number, leftOut: boolean) => void;
  readonly open: (cell: Open) => void;
}

/** One row. Hundreds of cells are not drawn again for a letter of a search or a row that scrolled in. */
const Row = memo(
  function Row({ row, columns, leave, open }: RowProps) {
    const { say } = useTexts();
    const r = useRowsTexts();
    const { place, cells, problem, leftOut } = row;
    return (
      <tr
        className={leftOut ? 'is-left' : problem === null ? '' : 'is-cut'}
        title={problem === null ? undefined : say(problem)}
      >
        <th scope="row">
          <button
            type="button"
            className="button button-plain"
            aria-label={r(leftOut ? 'takeBack' : 'leave', { row: place + 1 })}
            onClick={() => leave(place, !leftOut)}
          >
            {leftOut ? '↺' : '✕'}
          </button>{' '}
          {place + 1}
        </th>
        {cells.map((cell, i) => (
          <td key={columns[i]}>
            <button
              type="button"
              className="cell"
              onClick={() => open({ place, column: columns[i] ?? '', ...cell })}
            >
              {cell.text.slice(0, 200)}
            </button>
          </td>
        ))}
      </tr>
    );
  },
  (a, b) =>
    sameRow(a.row, b.row) &&
    a.leave === b.leave &&
    a.open === b.open &&
    a.columns.length === b.columns.length &&
    a.columns.every((column, i) => column === b.columns[i]),
);

/** The rows that match, from `first` on. */
function useRowsView(data: CustomData, first: number, search: string, filter: Filter): RowsView | null {
  const actions = useActions();
  const [view, setView] = useState<RowsView | null>(null);
  useEffect(() => {
    let left = false;
    if (data)
      void actions
        .lookAtRows({ from: first, count: window, search, filter, tokens: false })
        // Drawn in slices: hundreds of cells come with one answer.
        .then((seen) => {
          if (!left && seen !== null) startTransition(() => setView(seen));
        });
    return () => {
      left = true;
    };
  }, [actions, data, first, search, filter]);
  return view;
}

export function RowsTable({ data, problems }: { readonly data: CustomData; readonly problems: number }) {
  const { say, language } = useTexts();
  const r = useRowsTexts();
  const actions = useActions();
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [first, setFirst] = useState(0);
  const [open, setOpen] = useState<Open | null>(null);
  const view = useRowsView(data, first, search, filter);
  const latest = useRef(data);
  useEffect(() => {
    latest.current = data;
  });
  const leave = useCallback(
    (place: number, leftOut: boolean) =>
      actions.changeRows({ leftOut: leaving(latest.current, [place], leftOut) }),
    [actions],
  );
  if (view === null) return null;
  const { columns, matches, rows, total } = view;
  const from = Math.min(first, Math.max(0, matches - rows.length));
  const below = matches - from - rows.length;
  const scrolled = ({ currentTarget }: UIEvent): void => {
    const top = Math.floor(currentTarget.scrollTop / rowHeight / step) * step;
    setFirst(Math.max(0, Math.min(top - step, matches - 1)));
  };
  const find = (change: () => void): void => {
    setFirst(0);
    change();
  };
  return (
    <>
      {problems > 0 && (
        <p className="is-cut">
          {r('problems', { count: problems })}{' '}
          <Button className="button button-plain" onPress={() => find(() => setFilter('problem'))}>
            {r('filter')}
          </Button>
        </p>
      )}
      <div className="rows-find">
        <input
          type="search"
          className="field"
          aria-label={r('search')}
          placeholder={r('search')}
          value={search}
          onChange={({ target }) => find(() => setSearch(target.value))}
        />
        <Picker
          label={r('filter')}
          options={filters.map((one) => ({ value: one, label: r(`filter_${one}`) }))}
          value={filter}
          onChange={(one) => isFilter(one) && find(() => setFilter(one))}
        />
        <span className="small dim" role="status">
          {r('matches', { found: countText(matches, language), total: countText(total, language) })}
        </span>
        {filter !== 'all' && rows.length > 0 && rows.length === matches && (
          <Button
            className="button"
            onPress={() =>
              actions.changeRows({
                leftOut: leaving(
                  data,
                  rows.map(({ place }) => place),
                  true,
                ),
              })
            }
          >
            {r('leaveOut')}
          </Button>
        )}
      </div>
      <section
        className="rows-scroll"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
        tabIndex={0}
        aria-label={r('table', { name: data.name })}
        onScroll={scrolled}
      >
        <table className="rows-table">
          <thead>
            <tr>
              <th scope="col">{r('row')}</th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {from > 0 && <tr style={{ height: from * rowHeight }} />}
            {rows.map((row) => (
              <Row key={row.place} row={row} columns={columns} leave={leave} open={setOpen} />
            ))}
            {below > 0 && <tr style={{ height: below * rowHeight }} />}
          </tbody>
        </table>
      </section>
      {filter === 'problem' &&
        rows.slice(0, 5).map(
          ({ place, problem }) =>
            problem !== null && (
              <p key={place} className="small is-cut">
                {say(problem)}
              </p>
            ),
        )}
      {open !== null && (
        <Editor key={`${open.place} ${open.column}`} cell={open} data={data} close={() => setOpen(null)} />
      )}
    </>
  );
}

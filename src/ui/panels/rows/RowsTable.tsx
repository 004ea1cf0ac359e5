// The rows of a file: found by words or by what is wrong with them, changed cell by cell, or left out. The table itself is RowGrid.tsx's.
import { memo, startTransition, useCallback, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import type { CustomData } from '../../../engine/index.ts';
import type { RowsAsked, RowsView } from '../../../engine/protocol.ts';
import { useActions, useTexts } from '../../PageContext.tsx';
import { Picker } from '../../parts/Picker.tsx';
import type { OpenCell } from './CellEditor.tsx';
import { CellEditor } from './CellEditor.tsx';
import { CutRows } from './CutRows.tsx';
import { leaving } from './mappingEdits.ts';
import { RowGrid, rowsAtOnce } from './RowGrid.tsx';
import { useRowsTexts } from './rowsTexts.ts';

const filters = ['all', 'problem', 'cut', 'untrained', 'duplicate', 'empty'] as const;
type Filter = RowsAsked['filter'];
const isFilter = (value: string): value is Filter => filters.some((one) => one === value);

/** An answer with what it answers. */
interface Seen {
  readonly view: RowsView;
  readonly first: number;
  readonly question: string;
}

/** The rows that match, from `first` on; those of the question before until the answer comes. */
function useRowsSeen(data: CustomData, first: number, search: string, filter: Filter): Seen | null {
  const actions = useActions();
  const [seen, setSeen] = useState<Seen | null>(null);
  useEffect(() => {
    let left = false;
    if (data)
      void actions
        .lookAtRows({ from: first, count: rowsAtOnce, search, filter, tokens: false })
        // Drawn in slices: hundreds of cells come with one answer.
        .then((view) => {
          if (left || view === null) return;
          startTransition(() => setSeen({ view, first, question: `${filter} ${search}` }));
        });
    return () => {
      left = true;
    };
  }, [actions, data, first, search, filter]);
  return seen;
}

/** The choice of what is wrong with rows; not drawn again for each of them. */
const FilterPicker = memo(function FilterPicker(props: {
  readonly filter: Filter;
  readonly choose: (filter: Filter) => void;
}) {
  const r = useRowsTexts();
  return (
    <Picker
      label={r('filter')}
      options={filters.map((one) => ({ value: one, label: r(`filter_${one}`) }))}
      value={props.filter}
      onChange={(one) => isFilter(one) && props.choose(one)}
    />
  );
});

interface Props {
  readonly data: CustomData;
  readonly problems: number;
}

export const RowsTable = memo(function RowsTable({ data, problems }: Props) {
  const { say } = useTexts();
  const r = useRowsTexts();
  const actions = useActions();
  const [search, setSearch] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [first, setFirst] = useState(0);
  const [open, setOpen] = useState<OpenCell | null>(null);
  const seen = useRowsSeen(data, first, search, filter);
  const latest = useRef(data);
  useEffect(() => {
    latest.current = data;
  });
  const leave = useCallback(
    (place: number, leftOut: boolean) =>
      actions.changeRows({ leftOut: leaving(latest.current, [place], leftOut) }),
    [actions],
  );
  const choose = useCallback((one: Filter): void => {
    setFirst(0);
    setFilter(one);
  }, []);
  if (seen === null) return null;
  const { matches, rows, total } = seen.view;
  return (
    <>
      {problems > 0 && (
        <p className="is-cut">
          {r('problems', { count: problems })}{' '}
          <Button className="button button-plain" onPress={() => choose('problem')}>
            {r('filter')}
          </Button>
        </p>
      )}
      <CutRows show={choose} />
      <div className="rows-find">
        <input
          type="search"
          className="field"
          aria-label={r('search')}
          placeholder={r('search')}
          value={search}
          onChange={({ target }) => {
            setFirst(0);
            setSearch(target.value);
          }}
        />
        <FilterPicker filter={filter} choose={choose} />
        <span className="small dim" role="status">
          {r('matches', { found: matches, total })}
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
      <RowGrid
        label={r('table', { name: data.name })}
        view={seen.view}
        first={seen.first}
        question={seen.question}
        setFirst={setFirst}
        leave={leave}
        open={setOpen}
      />
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
        <CellEditor
          key={`${open.place} ${open.column}`}
          cell={open}
          data={data}
          close={() => setOpen(null)}
        />
      )}
    </>
  );
});

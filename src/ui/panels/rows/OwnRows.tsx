// Rows that a person brought: how they are read, what the columns are for, the rows, and what was changed by hand.
import { memo, startTransition, useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import type { CustomData } from '../../../engine/index.ts';
import { isInFile } from '../../../engine/index.ts';
import type { RowsView } from '../../../engine/protocol.ts';
import { useActions, useTexts } from '../../PageContext.tsx';
import { countText } from '../../texts/numbers.ts';
import { AddRow } from './AddRow.tsx';
import { ColumnsForm } from './ColumnsForm.tsx';
import { RowsTable } from './RowsTable.tsx';
import { useRowsTexts } from './rowsTexts.ts';
import { useSameNames } from './useSameNames.ts';

/** One list, so that nothing is drawn again where there is none. */
const none: readonly string[] = [];

const Changed = memo(function Changed({ data }: { readonly data: CustomData }) {
  const r = useRowsTexts();
  const actions = useActions();
  const edits = data.edits?.length ?? 0;
  const left = data.leftOut?.length ?? 0;
  if (edits + left === 0) return null;
  return (
    <p className="small dim">
      {r('changed', { count: edits })}
      {r('leftOut', { count: left })}{' '}
      <Button className="button button-plain" onPress={() => actions.changeRows({ edits: [], leftOut: [] })}>
        {r('undo')}
      </Button>
    </p>
  );
});

export const OwnRows = memo(function OwnRows({ data }: { readonly data: CustomData }) {
  const { language } = useTexts();
  const r = useRowsTexts();
  const actions = useActions();
  const [view, setView] = useState<RowsView | null>(null);
  const columns = useSameNames(view?.columns ?? none);
  useEffect(() => {
    let left = false;
    // Asked anew whenever the rows or their use change.
    if (data)
      void actions
        .lookAtRows({ from: 0, count: 1, search: '', filter: 'all', tokens: false })
        .then((seen) => {
          if (!left && seen !== null) startTransition(() => setView(seen));
        });
    return () => {
      left = true;
    };
  }, [actions, data]);
  const file = view && {
    columns: view.columns,
    total: view.total,
    first: view.rows[0]?.cells.map(({ text }) => text) ?? [],
  };
  return (
    <section className="own-rows" aria-label={data.name}>
      {view !== null && (
        <p className="strong">
          {r('facts', {
            name: data.name,
            rows: r('rowCount', { count: view.total, shown: countText(view.total, language) }),
            columns: r('columnCount', { count: view.columns.length }),
          })}
        </p>
      )}
      <ColumnsForm
        mapping={data.columns ?? null}
        format={data.format ?? 'json'}
        inFile={isInFile(data)}
        columns={columns}
      />
      <RowsTable data={data} problems={view?.problems ?? 0} />
      <Changed data={data} />
      <AddRow data={data} file={file} />
    </section>
  );
});

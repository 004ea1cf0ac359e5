// One cell of a row, opened to be read whole or changed.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { CustomData } from '../../../engine/index.ts';
import { useActions } from '../../PageContext.tsx';
import { withEdit } from './mappingEdits.ts';
import { useRowsTexts } from './rowsTexts.ts';

export interface OpenCell {
  readonly place: number;
  readonly column: string;
  readonly text: string;
  readonly whole: boolean;
}

export function CellEditor({
  cell,
  data,
  close,
}: {
  readonly cell: OpenCell;
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

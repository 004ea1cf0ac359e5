// One cell of a row, opened to be read whole or changed: a text as it is, a conversation turn by turn.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { CustomData } from '../../../engine/index.ts';
import { useActions } from '../../PageContext.tsx';
import { withEdit } from './mappingEdits.ts';
import type { RowsText } from './rowsTexts.ts';
import { useRowsTexts } from './rowsTexts.ts';
import { turnsIn, withWords } from './turns.ts';

export interface OpenCell {
  readonly place: number;
  readonly column: string;
  readonly text: string;
  readonly whole: boolean;
}

const turnNames: Readonly<Record<string, 'turn_user' | 'turn_assistant'>> = {
  user: 'turn_user',
  human: 'turn_user',
  assistant: 'turn_assistant',
  gpt: 'turn_assistant',
};

/** A field for each turn of the conversation in `text`. */
function Turns(props: {
  readonly text: string;
  readonly label: string;
  readonly r: RowsText;
  readonly change: (text: string) => void;
}) {
  const { text, label, r, change } = props;
  const turns = turnsIn(text) ?? [];
  const words = turns.map((turn) => turn.text);
  return (
    <fieldset className="turns">
      <legend className="small dim">{label}</legend>
      {turns.map(({ role, text: said }, at) => {
        const named = Object.hasOwn(turnNames, role) ? turnNames[role] : undefined;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a turn is its place in the conversation
          <label key={at}>
            <span className="small">{named === undefined ? role : r(named)}</span>
            <textarea
              className="field"
              value={said}
              onChange={({ target }) => change(withWords(text, words.with(at, target.value)))}
            />
          </label>
        );
      })}
    </fieldset>
  );
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
      {whole && turnsIn(text) !== null ? (
        <Turns text={text} label={label} r={r} change={setText} />
      ) : (
        <>
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
        </>
      )}
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

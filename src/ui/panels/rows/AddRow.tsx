// A question and its answer as one more row, or as the first of rows that begin here.
import { useId, useState } from 'react';
import { Button } from 'react-aria-components';
import type { CustomData } from '../../../engine/index.ts';
import { useActions } from '../../PageContext.tsx';
import { useRowsTexts } from './rowsTexts.ts';
import type { ShownFile } from './turns.ts';
import { addedRow, firstRow, withRow } from './turns.ts';

export function AddRow({
  data,
  file,
}: {
  readonly data: CustomData | undefined;
  /** What is known of rows that are not written in the recipe; null: nothing yet. */
  readonly file: ShownFile | null;
}) {
  const r = useRowsTexts();
  const actions = useActions();
  const id = useId();
  const [question, setQuestion] = useState('');
  const [answer, setAnswer] = useState('');
  const inText = data !== undefined && withRow(data, 'q', 'a') !== null;
  const behind = data !== undefined && file !== null && addedRow(data, file, 'q', 'a') !== null;
  if (data !== undefined && !inText && !behind) return null;
  const add = (): void => {
    if (question.trim() === '' || answer.trim() === '') return;
    if (data === undefined) actions.editRows(new File([firstRow(question, answer)], r('ownName')));
    else if (inText) actions.changeRowsText(withRow(data, question, answer) ?? '');
    else if (file !== null) {
      const row = addedRow(data, file, question, answer) ?? [];
      actions.changeRows({ edits: [...(data.edits ?? []), ...row] });
    }
    setQuestion('');
    setAnswer('');
  };
  return (
    <form
      className="add-row"
      aria-label={r('add')}
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      <label htmlFor={`${id}q`}>{r('turn_user')}</label>
      <input
        id={`${id}q`}
        className="field"
        autoComplete="off"
        value={question}
        onChange={({ target }) => setQuestion(target.value)}
      />
      <label htmlFor={`${id}a`}>{r('turn_assistant')}</label>
      <input
        id={`${id}a`}
        className="field"
        autoComplete="off"
        value={answer}
        onChange={({ target }) => setAnswer(target.value)}
      />
      <Button className="button" type="submit" isDisabled={question.trim() === '' || answer.trim() === ''}>
        {r('add')}
      </Button>
    </form>
  );
}

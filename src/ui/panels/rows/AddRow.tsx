// A question and its answer as one more row, or as the first of rows that begin here.
import { useId, useState } from 'react';
import { Button } from 'react-aria-components';
import type { CustomData } from '../../../engine/index.ts';
import { useActions } from '../../PageContext.tsx';
import { useRowsTexts } from './rowsTexts.ts';
import { firstRow, withRow } from './turns.ts';

export function AddRow({ data }: { readonly data: CustomData | undefined }) {
  const r = useRowsTexts();
  const actions = useActions();
  const id = useId();
  const [question, setQuestion] = useState('');
  const [answer, setAnswer] = useState('');
  if (data !== undefined && withRow(data, 'q', 'a') === null) return null;
  const add = (): void => {
    if (question.trim() === '' || answer.trim() === '') return;
    const text = data === undefined ? firstRow(question, answer) : withRow(data, question, answer);
    if (text === null) return;
    if (data === undefined) actions.editRows(new File([text], r('ownName')));
    else actions.changeRowsText(text);
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

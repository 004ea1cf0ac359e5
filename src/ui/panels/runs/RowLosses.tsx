// The rows of the run on screen by their loss, the worst and the best: each beside the untouched model's, and opened to its tokens. What is
// scored, and how, is the engine's.
import { useEffect, useState } from 'react';
import { Button, ToggleButton } from 'react-aria-components';
import type { RowPart, ScoredRow } from '../../../engine/protocol.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import { canScore } from '../../state/runStatus.ts';
import { lossText } from '../../texts/numbers.ts';
import { RowTokens } from './RowTokens.tsx';
import { useRunsTexts } from './runsTexts.ts';
import { byLoss, signedLoss } from './runWords.ts';

const MOST = 10;

function RowLine({ row, changes }: { readonly row: ScoredRow; readonly changes: boolean }) {
  const t = useRunsTexts();
  const actions = useActions();
  const open = usePageState(({ runs }) => (runs.scores.open?.place === row.place ? runs.scores.open : null));
  const rests = usePageState(canScore);
  return (
    <>
      <tr>
        <td>
          <Button
            className="button button-plain"
            aria-expanded={open !== null}
            aria-label={t(open === null ? 'showTokens' : 'hideTokens', { row: row.place + 1 })}
            isDisabled={!rests}
            onPress={() => actions.openScoredRow(open === null ? row.place : null)}
          >
            <span aria-hidden="true">{open === null ? '▸' : '▾'}</span> {row.place + 1}
          </Button>
        </td>
        <td className="strong">{lossText(row.loss)}</td>
        <td>{lossText(row.base)}</td>
        <td>{signedLoss(row.loss - row.base)}</td>
        <td>{row.labels}</td>
        <th scope="row" className="row-text">
          {row.text}
        </th>
      </tr>
      {open !== null && (
        <tr>
          <td colSpan={6}>
            {open.row === null ? (
              <p role="status">{t('scoringRow')}</p>
            ) : (
              <RowTokens row={open.row} changes={changes} />
            )}
          </td>
        </tr>
      )}
    </>
  );
}

function RowList(props: {
  readonly title: string;
  readonly rows: readonly ScoredRow[];
  readonly changes: boolean;
}) {
  const { title, rows, changes } = props;
  const t = useRunsTexts();
  return (
    <section>
      <h3>{title}</h3>
      <Scroll className="run-scroll" label={title}>
        <table className="run-table" aria-label={title}>
          <thead>
            <tr>
              <th scope="col">{t('row')}</th>
              <th scope="col">{t('rowLoss')}</th>
              <th scope="col">{t('untouchedLoss')}</th>
              <th scope="col">{t('change')}</th>
              <th scope="col">{t('labels')}</th>
              <th scope="col">{t('rowText')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <RowLine key={row.place} row={row} changes={changes} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

/** Highest first and lowest first; all of them where they are few or wanted. */
function Lists({ all }: { readonly all: boolean }) {
  const t = useRunsTexts();
  const rows = usePageState(({ runs }) => runs.scores.rows);
  const [changes, setChanges] = useState(false);
  const falling = byLoss(rows);
  const [worst, best] =
    all || falling.length <= MOST
      ? [falling, []]
      : [falling.slice(0, MOST), falling.slice(MOST).toReversed().slice(0, MOST)];
  if (falling.length === 0) return null;
  return (
    <>
      <ToggleButton className="button" isSelected={changes} onChange={setChanges}>
        {t('showChanges')}
      </ToggleButton>
      <RowList title={t('worst')} rows={worst} changes={changes} />
      {best.length > 0 && <RowList title={t('best')} rows={best} changes={changes} />}
    </>
  );
}

function Asking({ parts }: { readonly parts: readonly RowPart[] }) {
  const t = useRunsTexts();
  const actions = useActions();
  const scoring = usePageState(({ runs }) => runs.scores.scoring);
  const done = usePageState(({ runs }) => runs.scores.done);
  const total = usePageState(({ runs }) => runs.scores.total);
  if (scoring)
    return (
      <>
        <span role="status">{total === null ? t('scoringRow') : t('scoring', { done, total })}</span>
        <Button className="button" onPress={actions.leaveScores}>
          {t('cancel')}
        </Button>
      </>
    );
  return parts.map((part) => (
    <Button key={part} className="button" onPress={() => actions.scoreRows(part)}>
      {t(part === 'eval' ? 'scoreEval' : 'scoreTrain')}
    </Button>
  ));
}

export function RowLosses() {
  const t = useRunsTexts();
  const { say } = useTexts();
  const actions = useActions();
  const rests = usePageState(canScore);
  const held = usePageState(({ run }) => (run?.recipe.values['data.test_size'] ?? 0) > 0);
  const { rows, total, scoring, step, part, failure } = usePageState(({ runs }) => runs.scores);
  const at = usePageState(({ run }) => run?.steps.at(-1)?.step ?? 0);
  const [all, setAll] = useState(false);
  useEffect(() => actions.leaveScores, [actions]);
  return (
    <>
      <p className="dim">{t('rowsIntro')}</p>
      {!rests && <p role="status">{t('rowsWait')}</p>}
      <div className="run-actions">{rests && <Asking parts={held ? ['eval', 'train'] : ['train']} />}</div>
      {!held && rests && <p className="dim">{t('noEval')}</p>}
      {failure !== null && (
        <p className="is-cut" role="alert">
          {say(failure.message)} {say(failure.remedy)}
        </p>
      )}
      {rows.length > 0 && (
        <p>
          {t(part === 'eval' ? 'scoredEval' : 'scoredTrain', {
            scored: rows.length,
            total: total ?? 0,
            step,
          })}
          {at !== step && ` ${t('scoredBefore', { step: at })}`}
        </p>
      )}
      {!scoring && <Lists all={all} />}
      {!scoring && rows.length > 2 * MOST && !all && (
        <Button className="button" onPress={() => setAll(true)}>
          {t('showAll', { count: rows.length })}
        </Button>
      )}
    </>
  );
}

// What stands in the centre before the first run: what this is in one sentence, memory and time, and the rows as they
// will be trained, every token coloured by its label.
import { Fragment, useState } from 'react';
import { Button } from 'react-aria-components';
import type { CostEstimate, RowPreview } from '../../../engine/index.ts';
import { usePageState, useTexts } from '../../PageContext.tsx';
import { deviceKey, runMs } from '../../state/pace.ts';
import { recallSpeed } from '../../state/remembered.ts';
import { countText, flopsText, timeText } from '../../texts/numbers.ts';
import { Answers } from '../answers/Answers.tsx';
import { OpenRun } from '../notes/SavedNote.tsx';
import { PasteDoor } from '../reading/PasteDoor.tsx';
import { Memory } from './Memory.tsx';

const rowsShown = 3;

function Estimate({ estimate }: { readonly estimate: CostEstimate }) {
  const { t, language } = useTexts();
  const device = usePageState((state) => state.device);
  const measured = recallSpeed(deviceKey(device));
  const ms = runMs(estimate, device, measured);
  return (
    <dl className="estimate">
      <Memory estimate={estimate} />
      <div>
        <dt>{t('before.time')}</dt>
        <dd className="estimate-value">
          {ms < 1000 ? t('before.timeShort') : t('before.timeGuess', { time: timeText(ms) })}
        </dd>
        <dd className="small dim">{t(measured === null ? 'before.timeFirst' : 'before.timeMeasured')}</dd>
      </div>
      <div>
        <dt>{t('before.steps')}</dt>
        <dd className="estimate-value">{countText(estimate.steps, language)}</dd>
        <dd className="small dim">{t('before.stepsOf', { flops: flopsText(estimate.flopsPerStep) })}</dd>
      </div>
    </dl>
  );
}

function Tokens({ row }: { readonly row: RowPreview }) {
  const { t } = useTexts();
  return (
    <li className="row-tokens">
      <span className="unseen">
        {t('before.rowTokens', { trained: row.trainedTokens, total: row.totalTokens })}
      </span>
      {row.tokens.map((token, index) => (
        // Tokens have no identity but their place in the row.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Fragment key={index}>
          {token.mask === 'rejected' && row.tokens[index - 1]?.mask !== 'rejected' && <br />}
          <span className={`token token-${token.mask}`}>{token.text.replaceAll('\n', '↵\n')}</span>
        </Fragment>
      ))}
    </li>
  );
}

function Rows() {
  const { t, say, language } = useTexts();
  const data = usePageState((state) => state.inspection?.data ?? null);
  const [first, setFirst] = useState(0);
  if (data === null) return null;
  const start = Math.min(first, Math.max(0, data.preview.length - 1));
  const shown = data.preview.slice(start, start + rowsShown);
  const counts = { rows: countText(data.rows, language), eval: data.evalRows, tokens: data.longestTokens };
  return (
    <section className="card" aria-label={t('before.rows')}>
      <div className="rows-head">
        <h2>{t('before.rows')}</h2>
        <span className="small dim">
          {t(data.evalRows > 0 ? 'before.rowsCount' : 'before.rowsCountAll', counts)}
        </span>
      </div>
      <p className="rows-legend small">
        <span className="token token-trained">
          {t(data.format === 'preference' ? 'before.chosen' : 'before.trained')}
        </span>
        <span className="token token-ignored">{t('before.ignored')}</span>
        {data.format === 'preference' && <span className="token token-rejected">{t('before.rejected')}</span>}
        {data.truncatedRows > 0 && <span className="token token-truncated">{t('before.truncated')}</span>}
      </p>
      <ol>
        {shown.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the data
          <Tokens key={start + index} row={row} />
        ))}
      </ol>
      {data.preview.length > rowsShown && (
        <div className="dialog-actions">
          <Button
            className="button"
            isDisabled={start === 0}
            onPress={() => setFirst(Math.max(0, start - rowsShown))}
          >
            {t('before.previous')}
          </Button>
          <Button
            className="button"
            isDisabled={start + rowsShown >= data.preview.length}
            onPress={() => setFirst(start + rowsShown)}
          >
            {t('before.next')}
          </Button>
        </div>
      )}
      {data.notes.map((note) => (
        <p key={note.en} className="small is-cut">
          {say(note)}
        </p>
      ))}
    </section>
  );
}

export function Before() {
  const { t } = useTexts();
  const estimate = usePageState((state) => state.inspection?.estimate ?? null);
  return (
    <>
      <section className="card">
        <p className="what">{t('before.what')}</p>
        <PasteDoor />
        {estimate !== null && <Estimate estimate={estimate} />}
        <OpenRun />
      </section>
      <Rows />
      <Answers bare />
    </>
  );
}

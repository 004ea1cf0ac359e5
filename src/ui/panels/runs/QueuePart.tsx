// The queue: a sweep to put into it, what waits, is at work and is done, and where the runs of each sweep ended. Who trains them, and when,
// is the queue's driver's.
import { Button } from 'react-aria-components';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import type { QueuedRun } from '../../state/queueState.ts';
import { isDone, queuePlace } from '../../state/queueState.ts';
import { isBusy } from '../../state/runStatus.ts';
import { lossText } from '../../texts/numbers.ts';
import { useRunsTexts } from './runsTexts.ts';
import { SweepResult } from './SweepChart.tsx';
import { SweepForm } from './SweepForm.tsx';

function QueueLine({ run }: { readonly run: QueuedRun }) {
  const t = useRunsTexts();
  const { say } = useTexts();
  const actions = useActions();
  const step = usePageState((state) =>
    run.how === 'running' ? (state.run?.steps.at(-1)?.step ?? 0) : (run.curve.at(-1)?.[0] ?? 0),
  );
  return (
    <tr>
      <th scope="row">{run.name}</th>
      <td>
        {t(`how_${run.how}`)}
        {run.why !== null && <span className="small is-cut"> {say(run.why)}</span>}
      </td>
      <td>{step === 0 ? '–' : step}</td>
      <td className="strong">{run.loss === null ? '–' : lossText(run.loss)}</td>
      <td>
        {run.how !== 'running' && (
          <Button
            className="button button-plain"
            aria-label={t('removeQueued', { name: run.name })}
            onPress={() => void actions.removeQueued(run.id)}
          >
            ✕
          </Button>
        )}
      </td>
    </tr>
  );
}

function QueueTable({ runs }: { readonly runs: readonly QueuedRun[] }) {
  const t = useRunsTexts();
  return (
    <Scroll className="run-scroll" label={t('queue')}>
      <table className="run-table" aria-label={t('queue')}>
        <thead>
          <tr>
            <th scope="col">{t('name')}</th>
            <th scope="col">{t('how')}</th>
            <th scope="col">{t('step')}</th>
            <th scope="col">{t('loss')}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <QueueLine key={run.id} run={run} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

export function QueuePart() {
  const t = useRunsTexts();
  const actions = useActions();
  const { runs, going, kept } = usePageState((state) => state.queue);
  const busy = usePageState((state) => isBusy(state.run));
  const place = queuePlace({ runs });
  const sweeps = [...new Set(runs.map(({ sweep }) => sweep))].filter((sweep) => sweep !== '');
  return (
    <>
      <SweepForm />
      {runs.length > 0 && (
        <section className="run-compared" aria-label={t('queue')}>
          <h3>{t('queue')}</h3>
          {place !== null && <p role="status">{t(going ? 'queueAt' : 'queueRests', place)}</p>}
          {!kept && <p className="is-cut">{t('queueLost')}</p>}
          <QueueTable runs={runs} />
          <div className="run-actions">
            {going ? (
              <Button className="button" onPress={() => void actions.restQueue()}>
                {t('restQueue')}
              </Button>
            ) : (
              <Button
                className="button"
                isDisabled={place === null || busy}
                onPress={() => void actions.goQueue()}
              >
                {t(runs.some((run) => run.begun || isDone(run)) ? 'goOnQueue' : 'startQueue')}
              </Button>
            )}
            <Button className="button" isDisabled={going} onPress={() => void actions.emptyQueue()}>
              {t('emptyQueue')}
            </Button>
          </div>
        </section>
      )}
      {sweeps.map((sweep) => (
        <SweepResult key={sweep} runs={runs.filter((run) => run.sweep === sweep)} />
      ))}
    </>
  );
}

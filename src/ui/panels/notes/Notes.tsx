// Things worth telling above the result: no WebGPU, what a link got wrong, settings changed since the run, an engine
// error with what to do, and whether a shared run was reproduced.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { errorHelp } from '../../../engine/index.ts';
import type { EngineErrorData } from '../../../engine/protocol.ts';
import { useActions, usePage, usePageState, useTexts } from '../../PageContext.tsx';
import { runMatches } from '../../state/actions.ts';
import { changeForRun, compareFingerprints, isStale } from '../../state/runStatus.ts';
import { figureText } from '../../texts/numbers.ts';
import { madeChanges } from '../charts/changeMarks.ts';
import { AdapterNote } from './AdapterNote.tsx';
import { deviceClassWords } from './deviceClass.ts';

export function CpuBanner() {
  const { t, say } = useTexts();
  const device = usePageState((state) => state.device);
  const [hidden, setHidden] = useState(false);
  if (hidden || device === null) return null;
  const { backend, reason, trouble } = device;
  if (device.compared !== null || device.adapter?.fallback) return <AdapterNote device={device} />;
  if (reason === null || reason === 'chosen' || reason === 'slower-adapter') return null;
  return (
    <section className="card note" aria-label={t('banner.title')}>
      <div>
        <h2>{t('banner.title')}</h2>
        <p>{t(`banner.${reason}`)}</p>
        {backend === 'ort' && <p>{t('banner.ort')}</p>}
        {trouble !== null && <p className="small dim">{say(trouble)}</p>}
        <details>
          <summary>{t('banner.how')}</summary>
          <ul>
            <li>{t('banner.help_chrome')}</li>
            <li>{t('banner.help_firefox')}</li>
            <li>{t('banner.help_safari')}</li>
          </ul>
        </details>
      </div>
      <Button
        className="button button-plain"
        aria-label={t('banner.dismiss')}
        onPress={() => setHidden(true)}
      >
        ✕
      </Button>
    </section>
  );
}

export function LinkNotes() {
  const { t, say } = useTexts();
  const actions = useActions();
  const notes = usePageState((state) => state.linkNotes);
  if (notes.length === 0) return null;
  return (
    <section className="card note" aria-label={t('recipe.linked')}>
      <div>
        <h2>{t('recipe.linked')}</h2>
        <ul>
          {notes.map((note) => (
            <li key={note.en}>{say(note)}</li>
          ))}
        </ul>
      </div>
      <Button className="button button-plain" aria-label={t('recipe.dismiss')} onPress={actions.dismissNotes}>
        ✕
      </Button>
    </section>
  );
}

type Words = Pick<EngineErrorData, 'code' | 'message' | 'remedy'>;

/** An error of the engine, with what to do about it and the button that its code calls for. */
export function EngineError({ error, title }: { readonly error: Words; readonly title: string }) {
  const { t, say } = useTexts();
  const actions = useActions();
  const help = errorHelp[error.code];
  return (
    <section className="card failure" aria-label={title}>
      <p className="small dim">{title}</p>
      <h2 className="failure-message">{say(error.message)}</h2>
      <p>{say(error.remedy)}</p>
      <div className="dialog-actions">
        {help === 'model' && (
          <Button className="button button-main" onPress={() => actions.openDialog('model')}>
            {t('model.choose')}
          </Button>
        )}
        {help === 'adapter' && (
          <Button className="button button-main" onPress={() => actions.openDialog('adapter')}>
            {t('adapter.choose')}
          </Button>
        )}
        {help === 'rows' && (
          <Button className="button button-main" onPress={() => actions.openDialog('data')}>
            {t('help.openRows')}
          </Button>
        )}
        {help === 'cpu' && (
          <Button className="button button-main" onPress={() => actions.chooseBackend('cpu')}>
            {t('help.useCpu')}
          </Button>
        )}
        {help === 'again' && (
          <Button className="button button-main" onPress={actions.again}>
            {t('help.again')}
          </Button>
        )}
        {help === 'run' && (
          <Button className="button button-main" onPress={actions.takeRun}>
            {t('help.takeRun')}
          </Button>
        )}
        {help === 'reload' && (
          <Button className="button button-main" onPress={() => location.reload()}>
            {t('help.reload')}
          </Button>
        )}
        {help === 'recipe' && (
          <>
            <Button className="button" onPress={actions.undo}>
              {t('recipe.undo')}
            </Button>
            <Button className="button" onPress={actions.resetRecipe}>
              {t('help.resetRecipe')}
            </Button>
          </>
        )}
      </div>
    </section>
  );
}

export function StaleNote() {
  const stale = usePageState((state) => isStale(state) && (state.run?.steps.length ?? 0) > 0);
  return stale ? <StaleCard /> : null;
}

/** What the run can take up as it is offers that beside a new run. */
function StaleCard() {
  const { t } = useTexts();
  const actions = useActions();
  const changeable = usePageState((state) => changeForRun(state) !== null);
  return (
    <div className="card small dim">
      <p>{t('run.stale')}</p>
      {changeable && (
        <Button className="button" onPress={actions.changeRun}>
          {t('run.change')}
        </Button>
      )}
    </div>
  );
}

/** Settings that were changed on the way, by this run or the one that the recipe comes from. */
export function ChangesNote() {
  const { t } = useTexts();
  const actions = useActions();
  const changes = usePageState((state) => state.recipe.changes);
  const values = usePageState((state) => state.recipe.values);
  if (changes === undefined || changes.length === 0) return null;
  return (
    <section className="card small" aria-label={t('run.changed')}>
      <h2 className="dim">{t('run.changed')}</h2>
      <ul>
        {madeChanges({ changes, values }).map(({ step, name, before, after }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows
          <li key={place}>{t('run.changedAt', { step, name, before, after })}</li>
        ))}
      </ul>
      <Button className="button" onPress={() => actions.edit({ kind: 'throughout' })}>
        {t('run.throughout')}
      </Button>
    </section>
  );
}

export function Warnings() {
  const { t, say } = useTexts();
  const warnings = usePageState((state) => state.run?.warnings);
  if (warnings === undefined || warnings.length === 0) return null;
  return (
    <section className="card warnings" aria-label={t('run.warnings')}>
      <h2 className="dim">{t('run.warnings')}</h2>
      {warnings.map((warning, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same warning may come twice
        <pre key={index}>
          {warning.category}: {say(warning.message)}
        </pre>
      ))}
    </section>
  );
}

export function ReproductionNote() {
  const { t } = useTexts();
  const { store } = usePage();
  const expected = usePageState((state) => state.expected);
  const actual = usePageState((state) => state.run?.fingerprint ?? null);
  const changed = usePageState((state) => state.past.length > 0);
  const matches = usePageState(runMatches);
  if (expected === null) return null;
  if (actual === null || !matches) {
    const running = store.getState().run !== null && matches;
    if (running)
      return (
        <section className="card compared" aria-label={t('fingerprint.title')}>
          <h2 className="small dim">{t('fingerprint.title')}</h2>
          <p className="dim">{t('fingerprint.running')}</p>
        </section>
      );
    return <p className="card small dim">{t('fingerprint.waiting')}</p>;
  }
  if (changed && !matches) return <p className="card small dim">{t('fingerprint.changed')}</p>;
  const result = compareFingerprints(expected, actual);
  const difference = figureText(result.largestDifference, 2);
  const words =
    result.verdict === 'identical'
      ? t('fingerprint.identical', { steps: result.comparedSteps })
      : result.verdict === 'reproduced'
        ? t('fingerprint.reproduced', { difference })
        : result.verdict === 'differs'
          ? t('fingerprint.differs', { difference })
          : t('fingerprint.nothing');
  const good = result.verdict === 'identical' || result.verdict === 'reproduced';
  return (
    <section className="card compared" aria-label={t('fingerprint.title')}>
      <h2 className="small dim">{t('fingerprint.title')}</h2>
      <p>
        <span className={good ? 'reproduced' : 'is-cut strong'}>{words}</span>{' '}
        <span className="dim">
          (
          {result.sameDevice
            ? t('fingerprint.sameDevice')
            : t('fingerprint.otherDevice', { device: deviceClassWords(expected.device) })}
          )
        </span>
      </p>
    </section>
  );
}

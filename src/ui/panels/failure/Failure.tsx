// The failed run, or the run that would fail, or the one that learns nothing: the exact words of Python, the cause, the
// evidence, fixes with Apply, and what the first fix changes in the script; and what only the steps of a run show. Causes come
// from the engine's doctor.
import { Button } from 'react-aria-components';
import type { Diagnosis, Outcome } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { runMatches } from '../../state/actions.ts';
import { fixPatch } from '../../state/fixPatch.ts';
import { FixDiff } from './FixDiff.tsx';

function Message({ outcome, happened }: { readonly outcome: Outcome; readonly happened: boolean }) {
  const { t } = useTexts();
  const { error, warnings } = outcome;
  const title = error === null ? t('failure.silentTitle') : `${error.type}: ${error.message}`;
  const raised =
    error === null
      ? t(happened ? 'failure.wasSilent' : 'failure.willBeSilent')
      : t(happened ? 'failure.didRaise' : 'failure.willRaise', { call: error.call });
  return (
    <div>
      <p className="small dim">{raised}</p>
      <h2 className="failure-message">{title}</h2>
      {warnings.map((warning) => (
        <p key={warning.call + warning.message} className="small dim">
          {t('failure.afterWarning', { warning: '' })}
          <code>
            {warning.category}: {warning.message}
          </code>
        </p>
      ))}
    </div>
  );
}

function Fixes({ diagnosis }: { readonly diagnosis: Diagnosis }) {
  const { t, say } = useTexts();
  const actions = useActions();
  return (
    <div>
      {diagnosis.fixes.map((fix, index) => (
        <div key={fix.code} className="fix">
          <Button
            className={index === 0 ? 'button button-main' : 'button'}
            aria-label={t('failure.applyFix', { code: fix.code })}
            onPress={() =>
              actions.edit(
                fix.program === undefined
                  ? { kind: 'values', patch: fixPatch(fix.patch) }
                  : { kind: 'program', program: fix.program },
              )
            }
          >
            {t('failure.apply')}
          </Button>
          <div>
            <code>{fix.code}</code>
            <p className="dim">{say(fix.why)}</p>
          </div>
        </div>
      ))}
    </div>
  );
}

/** Evidence, and what is not the cause. */
function Reasons({
  diagnosis,
  more = [],
}: {
  readonly diagnosis: Diagnosis;
  readonly more?: readonly string[];
}) {
  const { t, say } = useTexts();
  return (
    <div className="dim">
      <p>
        <span className="strong">{t('failure.evidence')}</span>{' '}
        {[...diagnosis.evidence.map(say), ...more].join(' · ')}
      </p>
      {diagnosis.notTheCause.length > 0 && (
        <p>
          <span className="strong">{t('failure.notCause')}</span> {diagnosis.notTheCause.map(say).join(' · ')}
        </p>
      )}
    </div>
  );
}

/** What the doctor finds in the steps of the run on screen, while its recipe still stands in the form. */
export function RunDiagnosis() {
  const { t, say } = useTexts();
  const diagnosis = usePageState((state) => (runMatches(state) ? (state.run?.diagnosis ?? null) : null));
  if (diagnosis === null) return null;
  return (
    <section className="card failure" aria-label={t('failure.inRun')}>
      <div>
        <p className="small dim">{t('failure.inRun')}</p>
        <h2 className="failure-message">{say(diagnosis.cause)}</h2>
      </div>
      <Reasons diagnosis={diagnosis} />
      <Fixes diagnosis={diagnosis} />
    </section>
  );
}

export function Failure({ outcome }: { readonly outcome: Outcome }) {
  const { t, say } = useTexts();
  const diagnosis = usePageState((state) => state.inspection?.diagnosis ?? null);
  const happened = usePageState(
    (state) => runMatches(state) && (state.run?.failure !== null || (state.run?.steps.length ?? 0) > 0),
  );
  const counts = {
    trainable: outcome.trainableTensors,
    none: outcome.noneGradients,
    zero: outcome.zeroGradients,
    nonzero: outcome.nonzeroGradients,
  };
  return (
    <>
      <section
        className="card failure"
        aria-label={t(happened ? 'failure.wasSilent' : 'failure.willBeSilent')}
      >
        <Message outcome={outcome} happened={happened} />
        {diagnosis !== null && (
          <>
            <p className="failure-cause">{say(diagnosis.cause)}</p>
            <Reasons diagnosis={diagnosis} more={[t('failure.counts', counts)]} />
            <Fixes diagnosis={diagnosis} />
          </>
        )}
      </section>
      <FixDiff />
    </>
  );
}

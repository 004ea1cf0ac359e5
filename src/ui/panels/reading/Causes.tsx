// Why: the doctor's causes with their evidence. What helps stands here in words where no fix of the text itself could be tried.
import type { Diagnosis, ScriptReading } from '../../../engine/index.ts';
import { useTexts } from '../../PageContext.tsx';
import { useReadingTexts } from './readingTexts.ts';

function Cause({ diagnosis, inWords }: { readonly diagnosis: Diagnosis; readonly inWords: boolean }) {
  const { t, say } = useTexts();
  const r = useReadingTexts();
  return (
    <>
      <p className="failure-cause">{say(diagnosis.cause)}</p>
      {diagnosis.evidence.length > 0 && (
        <p className="dim">
          <span className="strong">{t('failure.evidence')}</span> {diagnosis.evidence.map(say).join(' · ')}
        </p>
      )}
      {diagnosis.notTheCause.length > 0 && (
        <p className="dim">
          <span className="strong">{t('failure.notCause')}</span> {diagnosis.notTheCause.map(say).join(' · ')}
        </p>
      )}
      {inWords && diagnosis.fixes.length > 0 && (
        <>
          <p className="strong">{r('cause.inWords')}</p>
          <ul className="help-list">
            {diagnosis.fixes.map(({ code, why }) => (
              <li key={code}>
                <code>{code}</code> <span className="dim">{say(why)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

export function Causes({ reading }: { readonly reading: ScriptReading }) {
  const { t } = useTexts();
  const r = useReadingTexts();
  const { diagnoses, outcome, fixes, trainableLine } = reading;
  const [first, ...others] = diagnoses;
  const inWords = fixes.length === 0;
  if (first === undefined && trainableLine === null) return null;
  return (
    <section className="card causes" aria-label={r('cause.title')}>
      {first !== undefined && <Cause diagnosis={first} inWords={inWords} />}
      {outcome !== null && (
        <p className="small dim">
          {t('failure.counts', {
            trainable: outcome.trainableTensors,
            none: outcome.noneGradients,
            zero: outcome.zeroGradients,
            nonzero: outcome.nonzeroGradients,
          })}
        </p>
      )}
      {reading.verdict.kind === 'trains' && (outcome?.zeroGradients ?? 0) > 0 && (
        <p className="small dim">{r('cause.zeroExpected')}</p>
      )}
      {trainableLine !== null && <p className="mono dim">{trainableLine}</p>}
      {others.length > 0 && (
        <>
          <h3 className="dim">{r(reading.kind === 'traceback' ? 'cause.otherCauses' : 'cause.others')}</h3>
          {others.map((diagnosis) => (
            <div key={diagnosis.id} className="cause-other">
              <Cause diagnosis={diagnosis} inWords={inWords} />
            </div>
          ))}
        </>
      )}
    </section>
  );
}

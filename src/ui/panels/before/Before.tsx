// What stands in the centre before the first run: what this is in one sentence, memory and time, and the rows as they
// will be trained.
import { memo } from 'react';
import type { CostEstimate } from '../../../engine/index.ts';
import { useCalmState, usePageState, useTexts } from '../../PageContext.tsx';
import { deviceKey, runMs } from '../../state/pace.ts';
import { recallSpeed } from '../../state/remembered.ts';
import { countText, flopsText, timeText } from '../../texts/numbers.ts';
import { Answers } from '../answers/Answers.tsx';
import { OpenRun } from '../notes/SavedNote.tsx';
import { PasteDoor } from '../reading/PasteDoor.tsx';
import { LearningRates } from './LearningRates.tsx';
import { Memory } from './Memory.tsx';
import { RowsCard } from './RowsCard.tsx';

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
      <LearningRates steps={estimate.steps} />
    </dl>
  );
}

export const Before = memo(function Before() {
  const { t } = useTexts();
  const estimate = useCalmState((state) => state.inspection?.estimate ?? null);
  return (
    <>
      <section className="card">
        <p className="what">{t('before.what')}</p>
        <PasteDoor />
        {estimate !== null && <Estimate estimate={estimate} />}
        <OpenRun />
      </section>
      <RowsCard />
      <Answers bare />
    </>
  );
});

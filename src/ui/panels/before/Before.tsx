// What stands in the centre before the first run: a question and its answer now, what one can start from, and a click away memory, time, and the
// rows as they will be trained.
import { memo, useEffect, useState } from 'react';
import type { CostEstimate } from '../../../engine/index.ts';
import { useCalmState, usePageState, useTexts } from '../../PageContext.tsx';
import { deviceKey, expected, timeTold } from '../../state/pace.ts';
import { recallMeasured } from '../../state/remembered.ts';
import { countText, flopsText, timeText } from '../../texts/numbers.ts';
import { Answers } from '../answers/Answers.tsx';
import { isUndecided } from '../device/adapterWords.ts';
import { PresetCards } from '../first/PresetCards.tsx';
import { TryIt } from '../first/TryIt.tsx';
import { Memory } from '../memory/Memory.tsx';
import { OpenRun } from '../notes/SavedNote.tsx';
import { LearningRates } from './LearningRates.tsx';
import { RowsCard } from './RowsCard.tsx';

function Estimate({ estimate }: { readonly estimate: CostEstimate }) {
  const { t, language } = useTexts();
  const choice = usePageState((state) => state.backend);
  const own = usePageState((state) => state.device);
  const device = expected(own, own !== null && isUndecided(own, choice));
  const told = timeTold([estimate], device, recallMeasured(deviceKey(device)));
  return (
    <dl className="estimate">
      <Memory estimate={estimate} />
      <div>
        <dt>{t('before.time')}</dt>
        <dd className="estimate-value">
          {told.ms === null
            ? t(`before.time_${told.class}`)
            : told.ms < 1000
              ? t('before.timeShort')
              : t('before.timeGuess', { time: timeText(told.ms) })}
        </dd>
        <dd className="small dim">{t(`before.timeFrom_${told.from}`)}</dd>
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

/** Rows one has brought are shown at once; the preset's a click away. */
function Rows() {
  const { t } = useTexts();
  const own = usePageState(
    (state) => state.recipe.data !== undefined || state.recipe.chatTemplate !== undefined,
  );
  const [open, setOpen] = useState(own);
  useEffect(() => {
    if (own) setOpen(true);
  }, [own]);
  return (
    <details
      data-part="rows"
      className="unfold"
      open={open}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>{t('first.rows')}</summary>
      {open && <RowsCard />}
    </details>
  );
}

export const Before = memo(function Before() {
  const { t } = useTexts();
  const estimate = useCalmState((state) => state.inspection?.estimate ?? null);
  return (
    <>
      <TryIt />
      <PresetCards />
      <Rows />
      <details data-part="figures" className="unfold">
        <summary>{t('first.figures')}</summary>
        <section className="card">
          {estimate !== null && <Estimate estimate={estimate} />}
          <OpenRun />
        </section>
      </details>
      <Answers bare />
    </>
  );
});

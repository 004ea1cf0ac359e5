// The slider over the steps at which a run was asked, and how often it is. It stands there before there is anything to choose, so that nothing
// moves when there is.
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { Picker } from '../../parts/Picker.tsx';
import { askIntervals } from '../../state/askIntervals.ts';
import type { Said } from '../../state/state.ts';
import { saidSteps } from './saidAt.ts';

// One array, so that a reader of the store sees no change where there is none.
const nothing: readonly Said[] = [];

export function AnswerSteps({
  shown,
  onShow,
}: {
  /** null: the newest. */
  readonly shown: number | null;
  readonly onShow: (step: number | null) => void;
}) {
  const { t } = useTexts();
  const actions = useActions();
  const steps = saidSteps(usePageState((state) => state.run?.said ?? nothing));
  const askEvery = usePageState((state) => state.askEvery);
  const last = steps.length - 1;
  const at =
    shown === null
      ? last
      : Math.max(
          0,
          steps.findLastIndex((step) => step <= shown),
        );
  const words = last < 0 ? t('answers.noneYet') : t('answers.atStep', { step: steps[at] ?? 0 });
  return (
    <div className="answer-steps small">
      <label className="answer-slider">
        <span className="dim">{words}</span>
        <input
          type="range"
          aria-label={t('answers.slider')}
          aria-valuetext={words}
          min={0}
          max={Math.max(1, last)}
          value={last < 1 ? Math.max(1, last) : at}
          disabled={last < 1}
          onChange={({ target }) => {
            const place = Number(target.value);
            onShow(place >= last ? null : (steps[place] ?? null));
          }}
        />
      </label>
      <Picker
        label={t('answers.every')}
        options={askIntervals.map((every) => ({
          value: String(every),
          label: every === 0 ? t('answers.never') : t('answers.everySteps', { count: every }),
        }))}
        value={String(askEvery)}
        onChange={(every) => actions.setAskEvery(Number(every))}
      />
    </div>
  );
}

// The gradient strip: one cell for the embedding, each layer, final norm, head and loss; the wire between two cells
// says whether that hidden state requires grad. It draws what the inspection read off the tape and decides nothing; the cells are CellList.tsx's.
import type { ReactNode } from 'react';
import { memo, useDeferredValue, useState } from 'react';
import type { Inspection, Outcome, StripCell } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { shownInspection } from '../../state/play.ts';
import { CellList } from './CellList.tsx';
import { StripPlay } from './StripPlay.tsx';
import { drawnCells, stripAnswer } from './stripCells.ts';
import { answerWords, cellFact, stripSentence } from './stripWords.ts';

/** The strip, drawn in slices after whatever else an answer changes: no click waits for it. */
export const Strip = memo(function Strip({ onSelect }: { readonly onSelect: () => void }) {
  const inspection = useDeferredValue(usePageState(shownInspection));
  const broken = useDeferredValue(usePageState((state) => state.inspectFailure !== null));
  return <StripCard inspection={inspection} broken={broken} onSelect={onSelect} />;
});

const StripCard = memo(function StripCard(props: {
  readonly inspection: Inspection | null;
  readonly broken: boolean;
  readonly onSelect: () => void;
}) {
  const { inspection, broken, onSelect } = props;
  const { t } = useTexts();
  const actions = useActions();
  const selected = usePageState((state) => state.selectedPath);
  const scene = usePageState((state) => state.play?.scene ?? null);
  const playable = usePageState(
    (state) =>
      state.run === null && state.recipe.program === undefined && state.inspection?.outcome.kind === 'trains',
  );

  if (inspection === null || broken) {
    return (
      <section className="card strip" aria-label={t('strip.title')}>
        <p className="strip-question">
          <span className="dim">{t('strip.title')}</span>{' '}
          <strong className={broken ? 'is-cut' : 'dim'}>
            {t(broken ? 'strip.broken' : 'strip.waiting')}
          </strong>
        </p>
        {!broken && <div className="strip-empty" />}
      </section>
    );
  }
  return (
    <StripOf
      strip={inspection.strip}
      outcome={inspection.outcome}
      selected={selected}
      caption={scene === null ? null : t(`strip.scene_${scene}`)}
      beside={playable ? <StripPlay /> : null}
      onPick={(path) => {
        actions.select(path);
        onSelect();
      }}
    />
  );
});

/** The strip of any model. `onPick`: a click on a cell leads to its rows. */
export function StripOf(props: {
  readonly strip: readonly StripCell[];
  readonly outcome: Outcome;
  readonly selected?: string | null;
  readonly onPick?: (path: string) => void;
  /** Said in place of the key. */
  readonly caption?: string | null;
  readonly beside?: ReactNode;
}) {
  const { strip, outcome, selected = null, onPick, caption = null, beside = null } = props;
  const { t } = useTexts();
  const [shown, setShown] = useState<number | null>(null);
  const drawn = drawnCells(strip);
  const answer = stripAnswer(outcome);
  const good = answer.kind === 'yes';
  const fact = shown === null ? undefined : drawn[shown];
  return (
    <section className="card strip" aria-label={t('strip.title')}>
      <p className="strip-question">
        <span className="dim">{t('strip.title')}</span>{' '}
        <strong className={good ? 'is-grad' : 'is-cut'}>{answerWords(t, answer)}</strong>
      </p>
      <p className="unseen">{stripSentence(t, drawn, answer)}</p>
      <CellList
        drawn={drawn}
        selected={selected}
        shown={shown}
        onShow={setShown}
        {...(onPick === undefined ? {} : { onPick })}
      />
      <div className="strip-foot">
        <p className={caption === null ? 'strip-fact small dim' : 'strip-fact small'}>
          {caption ?? (fact === undefined ? t('strip.key') : cellFact(t, fact))}
        </p>
        {beside}
      </div>
    </section>
  );
}

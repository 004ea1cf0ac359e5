// The gradient strip: one cell for the embedding, each layer, final norm, head and loss; the wire between two cells
// says whether that hidden state requires grad. It draws what the inspection read off the tape and decides nothing.
import type { ReactNode } from 'react';
import { memo, useDeferredValue, useState } from 'react';
import type { Inspection, Outcome, StripCell } from '../../../engine/index.ts';
import { useActions, usePageState, useTexts } from '../../PageContext.tsx';
import { shownInspection } from '../../state/play.ts';
import { StripPlay } from './StripPlay.tsx';
import type { DrawnCell } from './stripCells.ts';
import { checkpointRuns, drawnCells, isCrowded, stripAnswer } from './stripCells.ts';
import { answerWords, cellFact, cellLabel, cellName, stripSentence } from './stripWords.ts';

function Dot({ received }: { readonly received: DrawnCell['cell']['received'] }) {
  if (received === 'nothing-trainable') return null;
  return (
    <svg className={`strip-dot strip-dot-${received}`} viewBox="0 0 12 12" aria-hidden="true">
      <circle cx="6" cy="6" r="4.2" />
      {received === 'zero' && <circle className="inner" cx="6" cy="6" r="1.6" />}
      {received === 'some' && <path className="inner" d="M6 1.8a4.2 4.2 0 0 0 0 8.4z" />}
    </svg>
  );
}

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
  const [pointed, setPointed] = useState<number | null>(null);
  const drawn = drawnCells(strip);
  const runs = checkpointRuns(drawn);
  const answer = stripAnswer(outcome);
  const good = answer.kind === 'yes';
  const cutAt = drawn.findIndex(({ cell }) => cell.cut);
  const fact = pointed === null ? undefined : drawn[pointed];
  return (
    <section className="card strip" aria-label={t('strip.title')}>
      <p className="strip-question">
        <span className="dim">{t('strip.title')}</span>{' '}
        <strong className={good ? 'is-grad' : 'is-cut'}>{answerWords(t, answer)}</strong>
      </p>
      <p className="unseen">{stripSentence(t, drawn, answer)}</p>
      <ol
        className={isCrowded(drawn) ? 'strip-cells strip-crowded' : 'strip-cells'}
        onPointerLeave={() => setPointed(null)}
      >
        {drawn.map((one, index) => {
          const { cell } = one;
          const run = runs.find(({ first, last }) => index >= first && index <= last);
          const isBad = cell.id === 'loss' && !cell.requiresGrad;
          const tint = cell.trainable > 0 ? ' strip-box-trainable' : '';
          const current = cell.path !== '' && cell.path === selected;
          return (
            <li key={cell.id} className={one.wire === null ? 'strip-cell strip-last' : 'strip-cell'}>
              <span className="strip-above">
                {run !== undefined && (
                  <span className={`strip-bracket strip-bracket-${run.kind}`} aria-hidden="true" />
                )}
                {run?.last === index && (
                  <span className="strip-bracket-name" aria-hidden="true">
                    {t(run.kind === 'reentrant' ? 'strip.bracket_reentrant' : 'strip.bracket_non-reentrant')}
                  </span>
                )}
              </span>
              <button
                type="button"
                className={`strip-box${tint}${isBad ? ' strip-box-bad' : ''}${current ? ' strip-box-current' : ''}`}
                aria-label={
                  cell.path === '' || onPick === undefined
                    ? cellFact(t, one)
                    : `${t('strip.select', { cell: cellName(t, one) })}: ${cellFact(t, one)}`
                }
                onPointerEnter={() => setPointed(index)}
                onFocus={() => setPointed(index)}
                onBlur={() => setPointed(null)}
                onClick={() => cell.path !== '' && onPick?.(cell.path)}
              >
                <Dot received={cell.received} />
              </button>
              {one.wire !== null && (
                <span className={`strip-wire strip-wire-${one.wire}`} aria-hidden="true" />
              )}
              {index === cutAt && (
                <span className="strip-scissors" aria-hidden="true">
                  ✂ {t('strip.cut')}
                </span>
              )}
              <span
                className={`strip-label strip-label-${one.layers === null ? cell.id : 'layer'}${isBad ? ' is-cut' : ''}`}
                aria-hidden="true"
              >
                {cellLabel(t, one)}
              </span>
            </li>
          );
        })}
      </ol>
      <div className="strip-foot">
        <p className={caption === null ? 'strip-fact small dim' : 'strip-fact small'}>
          {caption ?? (fact === undefined ? t('strip.key') : cellFact(t, fact))}
        </p>
        {beside}
      </div>
    </section>
  );
}

// The curves of a few runs over one another, told apart by colour and by dashes, with the same in words. What is compared is chosen elsewhere.
import { useState } from 'react';
import { ToggleButton } from 'react-aria-components';
import type { KeptRun } from '../../../engine/protocol.ts';
import { figureText, lossText } from '../../texts/numbers.ts';
import { curvesIn, loggedCurve } from './curves.ts';
import { useRunsTexts } from './runsTexts.ts';

const frame = { width: 600, height: 200 } as const;
const SMOOTHING = 0.8;

/** A stretch of a run's line, in the run's own colour and dashes. */
export function Swatch({ place }: { readonly place: number }) {
  return (
    <svg className="run-swatch" viewBox="0 0 24 8" width="24" height="8" aria-hidden="true">
      <line className={`run-line run-line-${place}`} x1="1" y1="4" x2="23" y2="4" />
    </svg>
  );
}

export function Overlay(props: { readonly runs: readonly KeptRun[]; readonly names: readonly string[] }) {
  const { runs, names } = props;
  const t = useRunsTexts();
  const [log, setLog] = useState(false);
  const [smooth, setSmooth] = useState(true);
  const logged = runs.map(loggedCurve);
  const shown = curvesIn(logged, frame, { log, smoothing: smooth ? SMOOTHING : 0 });
  return (
    <figure className="run-overlay">
      <div className="run-overlay-tools">
        <ToggleButton className="button button-plain" isSelected={log} onChange={setLog}>
          {t('log')}
        </ToggleButton>
        <ToggleButton className="button button-plain" isSelected={smooth} onChange={setSmooth}>
          {t('smooth')}
        </ToggleButton>
      </div>
      <div className="run-axes">
        <div className="run-scale dim small" aria-hidden="true">
          <span>{figureText(shown.most, 2)}</span>
          <span>{figureText(shown.least, 2)}</span>
        </div>
        <svg
          viewBox={`0 0 ${frame.width} ${frame.height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={t('overlay')}
        >
          {shown.lines.map((pieces, place) =>
            pieces.map((points) => (
              <polyline
                key={`${runs[place]?.id} ${points.slice(0, 12)}`}
                className={`run-line run-line-${place}`}
                points={points}
                vectorEffect="non-scaling-stroke"
              />
            )),
          )}
        </svg>
        <div className="run-steps dim small" aria-hidden="true">
          <span>0</span>
          <span>{shown.steps}</span>
        </div>
      </div>
      <figcaption>
        <ul className="run-legend">
          {runs.map((run, place) => {
            const first = logged[place]?.[0];
            const last = logged[place]?.at(-1);
            return (
              <li key={run.id}>
                <Swatch place={place} />
                {t('overlaySaid', {
                  name: names[place] ?? '',
                  first: first ? lossText(first[1]) : '–',
                  firstStep: first?.[0] ?? 0,
                  last: last ? lossText(last[1]) : '–',
                  lastStep: last?.[0] ?? 0,
                })}
              </li>
            );
          })}
        </ul>
      </figcaption>
    </figure>
  );
}

// Where the runs of a sweep ended: a chart against the value that they had, and the same as a table, the best first.
import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useActions, usePageState } from '../../PageContext.tsx';
import { Scroll } from '../../parts/Scroll.tsx';
import type { QueuedRun } from '../../state/queueState.ts';
import { comparesEval, queuedRecipe, sweptSettings } from '../../state/queueState.ts';
import { figureText, lossText, timeText } from '../../texts/numbers.ts';
import { CompareRuns } from './CompareRuns.tsx';
import { Swatch } from './Overlay.tsx';
import { useRunsTexts } from './runsTexts.ts';
import { byLoss, settingName, settingValue } from './runWords.ts';
import { sweepPlot } from './sweepPlot.ts';

const frame = { width: 600, height: 180 } as const;
/** As many looks of lines as there are. */
const LOOKS = 6;

function Chart({ runs, evals }: { readonly runs: readonly QueuedRun[]; readonly evals: boolean }) {
  const t = useRunsTexts();
  const plot = sweepPlot(runs, sweptSettings(runs), ({ loss, evalLoss }) => (evals ? evalLoss : loss), frame);
  if (plot === null || plot.lines.length === 0) return null;
  const what = t(evals ? 'evalLoss' : 'loss');
  return (
    <figure className="run-overlay">
      <figcaption>{t('sweepChart', { loss: what, setting: settingName(plot.key) })}</figcaption>
      <div className="run-axes">
        <div className="run-scale dim small" aria-hidden="true">
          <span>{figureText(plot.most, 3)}</span>
          <span>{figureText(plot.least, 3)}</span>
        </div>
        <svg
          className="sweep-plot"
          viewBox={`-6 -6 ${frame.width + 12} ${frame.height + 12}`}
          role="img"
          aria-label={t('sweepChartSaid', { loss: what, setting: settingName(plot.key) })}
        >
          {plot.lines.map(({ name, points }, place) => (
            <g key={name}>
              <polyline
                className={`run-line run-line-${place % LOOKS}`}
                points={points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}
              />
              {points.map(({ id, x, y, value, loss }) => (
                <circle
                  key={id}
                  className={`run-line run-line-${place % LOOKS} sweep-point`}
                  cx={x}
                  cy={y}
                  r="4"
                >
                  <title>{`${name} ${settingName(plot.key)} ${value}: ${lossText(loss)}`}</title>
                </circle>
              ))}
            </g>
          ))}
        </svg>
        <div className="sweep-ticks dim small" aria-hidden="true">
          {plot.ticks.map(({ x, label }) => (
            <span key={label} className="sweep-tick" style={{ left: `${(x / frame.width) * 100}%` }}>
              {label}
            </span>
          ))}
        </div>
      </div>
      {plot.lines.length > 1 && (
        <ul className="run-legend">
          {plot.lines.map(({ name }, place) => (
            <li key={name}>
              <Swatch place={place % LOOKS} /> {name}
            </li>
          ))}
        </ul>
      )}
    </figure>
  );
}

/** The grid, the best first; what has no loss last. */
function Grid({ runs, evals }: { readonly runs: readonly QueuedRun[]; readonly evals: boolean }) {
  const t = useRunsTexts();
  const keys = sweptSettings(runs);
  const ranked = byLoss(
    runs.map((run) => ({ run, loss: (evals ? run.evalLoss : run.loss) ?? Number.NaN })),
  ).toReversed();
  return (
    <Scroll className="run-scroll" label={t('sweepTable')}>
      <table className="run-table" aria-label={t('sweepTable')}>
        <thead>
          <tr>
            {keys.map((key) => (
              <th key={key} scope="col" className="mono">
                {settingName(key)}
              </th>
            ))}
            <th scope="col">{t('loss')}</th>
            <th scope="col">{t('evalLoss')}</th>
            <th scope="col">{t('stepsColumn')}</th>
            <th scope="col">{t('time')}</th>
            <th scope="col">{t('how')}</th>
          </tr>
        </thead>
        <tbody>
          {ranked.map(({ run }) => (
            <tr key={run.id}>
              {keys.map((key) => (
                <td key={key} className="mono">
                  {settingValue(queuedRecipe(run), key)}
                </td>
              ))}
              <td className={evals ? '' : 'strong'}>{run.loss === null ? '–' : lossText(run.loss)}</td>
              <td className={evals ? 'strong' : ''}>
                {run.evalLoss === null ? '–' : lossText(run.evalLoss)}
              </td>
              <td>{t('steps', { step: run.curve.at(-1)?.[0] ?? 0, total: run.totalSteps })}</td>
              <td>{timeText(run.trainedMs)}</td>
              <td>{t(`how_${run.how}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** Curves, settings and answers of the runs of a sweep that are kept. */
function Curves({ runs }: { readonly runs: readonly QueuedRun[] }) {
  const t = useRunsTexts();
  const actions = useActions();
  const [open, setOpen] = useState(false);
  const listed = usePageState((state) => state.runs.listed);
  const ids = new Set(runs.map(({ id }) => id));
  return (
    <>
      <Button
        className="button"
        aria-expanded={open}
        onPress={() => {
          if (listed === null) actions.listRuns();
          setOpen(!open);
        }}
      >
        {t('sweepCurves')}
      </Button>
      {open && <CompareRuns chosen={listed?.filter(({ id }) => ids.has(id)) ?? []} />}
    </>
  );
}

export function SweepResult({ runs }: { readonly runs: readonly QueuedRun[] }) {
  const t = useRunsTexts();
  const evals = comparesEval(runs);
  if (runs.every(({ loss }) => loss === null)) return null;
  return (
    <section className="run-compared" aria-label={t('sweepResult')}>
      <h3>{t('sweepResult')}</h3>
      <Chart runs={runs} evals={evals} />
      <Grid runs={runs} evals={evals} />
      <Curves runs={runs} />
    </section>
  );
}

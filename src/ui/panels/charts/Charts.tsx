// Loss large, gradient norm and learning rate small, one cursor through all three. Titles carry the figures.
import { useCallback, useMemo, useState } from 'react';
import { Button, ToggleButton } from 'react-aria-components';
import { useActions, useCalmState, usePage, usePageState, useTexts } from '../../PageContext.tsx';
import { saveFile } from '../../parts/saveFile.ts';
import { runMatches } from '../../state/actions.ts';
import { canScore } from '../../state/runStatus.ts';
import type { Run } from '../../state/state.ts';
import { figureText, lossText } from '../../texts/numbers.ts';
import { Chart } from './Chart.tsx';
import { curveSteps, loggedSteps, loggingOf } from './curveSteps.ts';
import { precisionOf } from './precision.ts';
import { SaveChart } from './SaveChart.tsx';
import { gradNormSeries, isClipped, learningRateSeries, lossSeries, stepsCsv } from './series.ts';

/** Where the script's numbers would be others than these, for they are computed otherwise. */
function PrecisionNote() {
  const { t } = useTexts();
  const inspection = usePageState((state) => (runMatches(state) ? state.inspection : null));
  const values = usePageState((state) => state.recipe.values);
  const precision = useMemo(
    () => (inspection === null ? null : precisionOf(inspection, values)),
    [inspection, values],
  );
  if (precision === null) return null;
  const { adapter, base, fp16 } = precision;
  return (
    <p className="small dim precision">
      <span className="strong">{t('precision.title')}</span>{' '}
      {adapter !== null && t('precision.adapter', { dtype: adapter })}{' '}
      {base !== null && t('precision.base', { dtype: base })} {fp16 && t('precision.fp16')}
    </p>
  );
}

/** How many steps were clipped: the rings of the chart in words. */
function Clipped() {
  const { t } = useTexts();
  const count = useCalmState(({ run }) => run?.steps.filter((point) => isClipped(run, point)).length ?? 0);
  const most = usePageState(({ run }) => run?.recipe.values['train.max_grad_norm'] ?? 0);
  if (count === 0) return null;
  return <span className="dim">{t('charts.clipped', { count, most: figureText(most, 2) })}</span>;
}

/** How often the curve has a point, where that is not at every step, and where there will be none. */
function Logging() {
  const { t } = useTexts();
  const every = useCalmState(({ run }) => (run === null ? 1 : loggingOf(run).every));
  const first = useCalmState(({ run }) => (run === null ? null : loggingOf(run).first));
  if (every === 1) return null;
  return (
    <p className={first === null ? 'small is-cut' : 'small dim'}>
      {first === null ? t('charts.notLogged', { count: every }) : t('charts.logged', { count: every, first })}
    </p>
  );
}

/** Opens the rows of the run by their loss, once it rests. */
function RowLossesDoor() {
  const { t } = useTexts();
  const actions = useActions();
  const rests = usePageState(canScore);
  if (!rests) return null;
  return (
    <Button className="button button-plain" onPress={() => actions.openRuns('rows')}>
      {t('charts.rows')}
    </Button>
  );
}

export function Charts() {
  const { t } = useTexts();
  const { store } = usePage();
  const [log, setLog] = useState(false);
  const [smooth, setSmooth] = useState(true);
  const [hover, setHover] = useState<number | null>(null);
  const readLoss = useCallback((run: Run) => lossSeries(run, smooth), [smooth]);
  const onHover = useCallback((index: number | null) => setHover(index), []);
  const first = useCalmState(({ run }) => (run === null ? undefined : loggedSteps(run)[0]));
  const shown = useCalmState(({ run }) =>
    run === null
      ? undefined
      : ((hover === null ? undefined : curveSteps(run)[hover]?.point) ?? loggedSteps(run).at(-1)),
  );
  const evalLoss = useCalmState(
    (state) => state.run?.steps.findLast((point) => point.evalLoss !== null)?.evalLoss ?? null,
  );
  const at = hover !== null && shown !== undefined ? t('charts.at', { step: shown.step }) : null;

  return (
    <>
      <section className="card" data-part="charts" aria-label={t('charts.loss')}>
        <div className="chart-head">
          <h2 className="dim">{t('charts.loss')}</h2>
          <span className="figure">{shown === undefined ? '–' : lossText(shown.loss)}</span>
          <span className="dim">
            {at ?? (first === undefined ? '' : t('charts.from', { value: lossText(first.loss) }))}
            {at === null && evalLoss !== null ? ` · ${t('charts.eval', { value: lossText(evalLoss) })}` : ''}
          </span>
          <span className="chart-tools">
            <ToggleButton
              className="button button-plain"
              isSelected={log}
              onChange={setLog}
              aria-label={t('charts.logTitle')}
            >
              {t('charts.log')}
            </ToggleButton>
            <ToggleButton
              className="button button-plain"
              isSelected={smooth}
              onChange={setSmooth}
              aria-label={t('charts.smoothTitle')}
            >
              {t('charts.smooth')}
            </ToggleButton>
            <Button
              className="button button-plain"
              aria-label={t('charts.csvTitle')}
              onPress={() =>
                saveFile('lora-playground-steps.csv', 'text/csv', stepsCsv(store.getState().run?.steps ?? []))
              }
            >
              {t('charts.csv')}
            </Button>
            <SaveChart log={log} smooth={smooth} />
            <RowLossesDoor />
          </span>
        </div>
        <Chart name={t('charts.loss')} height={190} log={log} labels read={readLoss} onHover={onHover} />
        <Logging />
        <PrecisionNote />
      </section>
      <div className="card-row" data-part="charts">
        <section className="card" aria-label={t('charts.gradNorm')}>
          <div className="chart-head-small">
            <h2 className="dim">{t('charts.gradNorm')}</h2>
            <span className="strong">{shown === undefined ? '–' : figureText(shown.gradNorm, 2)}</span>
            <Clipped />
          </div>
          <Chart name={t('charts.gradNorm')} height={96} read={gradNormSeries} onHover={onHover} />
        </section>
        <section className="card" aria-label={t('charts.learningRate')}>
          <div className="chart-head-small">
            <h2 className="dim">{t('charts.learningRate')}</h2>
            <span className="strong">{shown === undefined ? '–' : figureText(shown.learningRate, 2)}</span>
          </div>
          <Chart
            name={t('charts.learningRate')}
            height={96}
            fromZero
            read={learningRateSeries}
            onHover={onHover}
          />
        </section>
      </div>
    </>
  );
}

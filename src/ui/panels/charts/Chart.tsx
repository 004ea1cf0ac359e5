// One chart in React: holds the canvas, feeds it from the store without rendering, and says in words what it shows. What draws is fetched
// with the first chart, so that the first load does without; where it can't be had the figures and the words remain.
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { usePage, usePageState, useTexts } from '../../PageContext.tsx';
import type { Run } from '../../state/state.ts';
import { figureText } from '../../texts/numbers.ts';
import { changeMarks } from './changeMarks.ts';
import { loggedSteps } from './curveSteps.ts';
import type { Plot, PlotData } from './plot.ts';

interface ChartProps {
  readonly name: string;
  readonly height: number;
  readonly log?: boolean;
  readonly fromZero?: boolean;
  /** Whether changes on the way are named in it; in every chart they are marked. */
  readonly labels?: boolean;
  /** Series from the run; must be stable for a given look. */
  readonly read: (run: Run) => PlotData;
  readonly onHover: (index: number | null) => void;
}

const darkScheme = (): MediaQueryList => matchMedia('(prefers-color-scheme: dark)');

/** Tells when the system turns dark or light: with the theme 'system' no setting changes then. */
function watchScheme(onChange: () => void): () => void {
  const scheme = darkScheme();
  scheme.addEventListener('change', onChange);
  return () => scheme.removeEventListener('change', onChange);
}

/** A chart is built anew when theme or language change: the plot reads both only once. */
export function Chart(props: ChartProps) {
  const dark = useSyncExternalStore(watchScheme, () => darkScheme().matches);
  const look = usePageState((state) => `${state.theme} ${state.language} ${dark}`);
  return (
    <figure className="chart">
      <Canvas key={look} {...props} />
      <ChartSummary name={props.name} read={props.read} />
    </figure>
  );
}

function Canvas(props: ChartProps) {
  const { height, log = false, fromZero = false, labels = false, read, onHover } = props;
  const { store } = usePage();
  const { t } = useTexts();
  const total = usePageState((state) => stepsShown(state.run));
  const host = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    let plot: Plot | null = null;
    let left = false;
    let drawn: Run | null = null;
    const draw = (): void => {
      const { run } = store.getState();
      if (plot === null || run === null || run === drawn) return;
      if (drawn !== null && drawn.steps === run.steps && drawn.recipe === run.recipe) return;
      drawn = run;
      plot.draw(read(run), {
        height,
        log,
        fromZero,
        steps: stepsShown(run),
        marks: changeMarks(run.recipe),
        labels,
        value: figureText,
      });
    };
    import('./plot.ts').then(
      ({ makePlot }) => {
        if (left) return;
        plot = makePlot(element, 'steps', onHover);
        draw();
      },
      () => {},
    );
    const stop = store.subscribe(draw);
    const watch = new ResizeObserver(() => plot?.resize());
    watch.observe(element);
    return () => {
      left = true;
      stop();
      watch.disconnect();
      plot?.destroy();
    };
  }, [store, read, onHover, height, log, fromZero, labels]);

  return (
    <>
      <div ref={host} className="chart-canvas" aria-hidden="true" style={{ minHeight: height }} />
      <p className="chart-steps dim" aria-hidden="true">
        <span>0</span>
        <span>{t('charts.stepAxis', { step: total })}</span>
      </p>
    </>
  );
}

/** Right end of the axis: the whole run, also while it is young. */
function stepsShown(run: Run | null): number {
  return Math.max(run?.start?.totalSteps ?? 0, run?.steps.at(-1)?.step ?? 1);
}

/** The chart in one sentence; for screen readers it changes only when the run rests. */
function ChartSummary({ name, read }: { readonly name: string; readonly read: (run: Run) => PlotData }) {
  const { t } = useTexts();
  const run = usePageState((state) => (state.run?.phase === 'running' ? null : state.run));
  const { length } = run === null ? [] : loggedSteps(run);
  if (run === null || length === 0)
    return <figcaption className="unseen">{t('charts.empty', { name })}</figcaption>;
  const [steps, first] = read(run);
  const drawn = (first ?? []).flatMap((value, at) =>
    value === undefined ? [] : [{ value: value ?? Number.NaN, step: steps[at] ?? 0 }],
  );
  const values = drawn.map(({ value }) => value);
  const lowest = Math.min(...values.filter(Number.isFinite));
  return (
    <figcaption className="unseen">
      {t('charts.summary', {
        name,
        steps: run.steps.at(-1)?.step ?? 0,
        first: figureText(values[0] ?? Number.NaN),
        last: figureText(values.at(-1) ?? Number.NaN),
        lowest: figureText(lowest),
        lowestStep: drawn[values.indexOf(lowest)]?.step ?? 0,
      })}
    </figcaption>
  );
}

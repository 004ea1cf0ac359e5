// From the steps of a run to the series of the charts, and to CSV. Pure.
import { ema } from '../../state/ema.ts';
import type { Run, StepPoint } from '../../state/state.ts';
import { curveSteps } from './curveSteps.ts';
import type { PlotData } from './plot.ts';

const smoothing = 0.8;

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** A step that has only an eval loss is no gap in the other series: its value there is undefined. */
function rawAndSmooth(run: Run, of: (point: StepPoint) => number, smooth: boolean): PlotData {
  const shown = curveSteps(run);
  const steps = shown.map(({ point }) => point.step);
  const values = shown.flatMap(({ point, logged }) => (logged ? [of(point)] : []));
  const placed = (series: readonly number[]): (number | null | undefined)[] => {
    let place = 0;
    return shown.map(({ logged }) => (logged ? finite(series[place++] ?? Number.NaN) : undefined));
  };
  if (!smooth) return [steps, placed(values)];
  return [steps, placed(values), placed(ema(values, smoothing))];
}

/** Loss faint, its average strong, eval losses as points where there are any. */
export function lossSeries(run: Run, smooth: boolean): PlotData {
  const data = rawAndSmooth(run, (point) => point.loss, smooth);
  if (!smooth || run.steps.every((point) => point.evalLoss === null)) return data;
  return [...data, curveSteps(run).map(({ point }) => point.evalLoss)];
}

/** Whether a step's gradients were scaled down: as `clip_grad_norm_` does above `max_grad_norm`, which 0 turns off. */
export function isClipped(run: Pick<Run, 'recipe'>, { gradNorm }: Pick<StepPoint, 'gradNorm'>): boolean {
  const most = run.recipe.values['train.max_grad_norm'];
  return most > 0 && gradNorm > most;
}

/** Norms before clipping, their average, and as points those that were clipped, where any was. */
export function gradNormSeries(run: Run): PlotData {
  const data = rawAndSmooth(run, (point) => point.gradNorm, true);
  const clipped = curveSteps(run).map(({ point, logged }) =>
    logged && isClipped(run, point) ? finite(point.gradNorm) : null,
  );
  return clipped.every((norm) => norm === null) ? data : [...data, clipped];
}

/** A schedule has no noise to smooth away. */
export const learningRateSeries = (run: Run): PlotData =>
  rawAndSmooth(run, (point) => point.learningRate, false);

const single = [
  ['step', (p: StepPoint) => p.step],
  ['loss', (p: StepPoint) => p.loss],
  ['eval_loss', (p: StepPoint) => p.evalLoss],
  ['grad_norm', (p: StepPoint) => p.gradNorm],
  ['learning_rate', (p: StepPoint) => p.learningRate],
  ['epoch', (p: StepPoint) => p.epoch],
  ['tokens', (p: StepPoint) => p.tokens],
  ['tokens_per_second', (p: StepPoint) => p.tokensPerSecond],
  ['entropy', (p: StepPoint) => p.entropy],
  ['mean_token_accuracy', (p: StepPoint) => p.meanTokenAccuracy],
  ['step_ms', (p: StepPoint) => p.stepMs],
] as const;

const rewards = [
  ['rewards/chosen', (p: StepPoint) => p.rewards?.chosen],
  ['rewards/rejected', (p: StepPoint) => p.rewards?.rejected],
  ['rewards/accuracies', (p: StepPoint) => p.rewards?.accuracy],
] as const;

/** Every step as CSV under the Trainer's names, those of pairs where there are any; an absent value is an empty field. */
export function stepsCsv(steps: readonly StepPoint[]): string {
  const columns = steps.some((point) => point.rewards) ? [...single, ...rewards] : single;
  const rows = steps.map((point) => columns.map(([, of]) => of(point) ?? '').join(','));
  return `${[columns.map(([name]) => name).join(','), ...rows].join('\n')}\n`;
}

// Where the runs of a sweep ended against the value they had: places in a frame, a line for each value of the other settings. Pure. A
// learning rate stands on a logarithmic axis, any other setting in steps of its values.
import type { SettingKey } from '../../../engine/index.ts';
import type { QueuedRun } from '../../state/queueState.ts';
import { queuedRecipe } from '../../state/queueState.ts';
import { settingName, settingValue } from './runWords.ts';

export interface PlotPoint {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly value: string;
  readonly loss: number;
}

export interface PlotLine {
  /** What its runs have in common: `r 8`; '' where only one setting is swept. */
  readonly name: string;
  readonly points: readonly PlotPoint[];
}

export interface SweepPlot {
  /** The setting along the axis. */
  readonly key: SettingKey;
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
  readonly lines: readonly PlotLine[];
  readonly most: number;
  readonly least: number;
}

const logged: readonly SettingKey[] = ['train.learning_rate'];

/** `lossOf`: what is drawn; null or no number: not drawn. */
export function sweepPlot(
  runs: readonly QueuedRun[],
  keys: readonly SettingKey[],
  lossOf: (run: QueuedRun) => number | null,
  { width, height }: { readonly width: number; readonly height: number },
): SweepPlot | null {
  // A setting with one value is no axis.
  const many = keys.filter((key) => new Set(runs.map(({ patch }) => patch[key])).size > 1);
  const [key = keys[0], ...others] = many;
  if (key === undefined) return null;
  const drawn = runs.flatMap((run) => {
    const loss = lossOf(run);
    return loss === null || !Number.isFinite(loss) ? [] : [{ run, loss }];
  });
  const values = [...new Set(runs.map(({ patch }) => patch[key]))];
  const numbers = values.flatMap((value) => (typeof value === 'number' && value > 0 ? Math.log(value) : []));
  const log = logged.includes(key) && numbers.length === values.length;
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const placeOf = (value: unknown): number => {
    if (values.length === 1) return width / 2;
    if (log && typeof value === 'number') return ((Math.log(value) - low) / (high - low)) * width;
    return (values.findIndex((one) => Object.is(one, value)) / (values.length - 1)) * width;
  };
  const losses = drawn.map(({ loss }) => loss);
  const [least, most] = [Math.min(...losses), Math.max(...losses)];
  const heightOf = (loss: number): number =>
    most > least ? (1 - (loss - least) / (most - least)) * height : height / 2;
  const lines = new Map<string, PlotLine['points'][number][]>();
  for (const { run, loss } of drawn) {
    const recipe = queuedRecipe(run);
    const name = others.map((other) => `${settingName(other)} ${settingValue(recipe, other)}`).join(' · ');
    const points = lines.get(name) ?? [];
    lines.set(name, points);
    points.push({
      id: run.id,
      x: placeOf(run.patch[key]),
      y: heightOf(loss),
      value: settingValue(recipe, key),
      loss,
    });
  }
  return {
    key,
    ticks: runs
      .filter((run, i) => runs.findIndex(({ patch }) => Object.is(patch[key], run.patch[key])) === i)
      .map((run) => ({ x: placeOf(run.patch[key]), label: settingValue(queuedRecipe(run), key) })),
    lines: [...lines].map(([name, points]) => ({ name, points: points.toSorted((a, b) => a.x - b.x) })),
    most,
    least,
  };
}

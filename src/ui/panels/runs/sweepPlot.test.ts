// Where the ends of a sweep stand in its chart: a learning rate by its logarithm, other settings in steps, a line for each further value.
import { expect, it } from 'vitest';
import type { RecipePatch } from '../../../engine/index.ts';
import { defaultValues } from '../../../engine/index.ts';
import type { QueuedRun } from '../../state/queueState.ts';
import { comparesEval, sweptSettings } from '../../state/queueState.ts';
import { sweepPlot } from './sweepPlot.ts';

const base = { preset: 'ships-log', values: defaultValues };
const frame = { width: 100, height: 10 };
const run = (patch: RecipePatch, loss: number | null, evalLoss: number | null = null): QueuedRun => ({
  ...{ id: JSON.stringify(patch), name: '', base, patch, sweep: 'a', how: 'ended', begun: true },
  ...{ curve: [], totalSteps: 1, loss, evalLoss, trainedMs: 0, why: null },
});
const plotOf = (runs: readonly QueuedRun[]) =>
  sweepPlot(runs, sweptSettings(runs), ({ loss }) => loss, frame);

it('lays a learning rate on a logarithmic axis, a line for each r', () => {
  const rates = [1e-4, 1e-3, 1e-2];
  const runs = rates.flatMap((rate, i) =>
    [4, 8].map((r) => run({ 'train.learning_rate': rate, 'lora.r': r }, 3 - i + (r === 8 ? 1 : 0))),
  );
  const plot = plotOf(runs);
  expect(plot?.key).toBe('train.learning_rate');
  expect(plot?.ticks.map(({ x, label }) => [Math.round(x), label])).toEqual([
    [0, '1e-4'],
    [50, '1e-3'],
    [100, '0.01'],
  ]);
  expect(plot?.lines.map(({ name, points }) => [name, points.map(({ y }) => Math.round(y * 3))])).toEqual([
    ['r 4', [10, 20, 30]],
    ['r 8', [0, 10, 20]],
  ]);
});

it('lays any other setting in steps, and leaves out what has no loss', () => {
  const plot = plotOf([
    run({ 'lora.r': 4 }, 1),
    run({ 'lora.r': 64 }, Number.NaN),
    run({ 'lora.r': 8 }, null),
  ]);
  expect(plot?.ticks.map(({ x, label }) => [x, label])).toEqual([
    [0, '4'],
    [50, '64'],
    [100, '8'],
  ]);
  expect(plot?.lines.map(({ points }) => points.map(({ x, y }) => [x, y]))).toEqual([[[0, 5]]]);
  expect(plotOf([])).toBeNull();
});

it('takes as axis a setting that has several values', () => {
  const runs = [4, 8].map((r) => run({ 'train.learning_rate': 1e-3, 'lora.r': r }, r));
  expect(plotOf(runs)?.key).toBe('lora.r');
  expect(plotOf(runs)?.lines.map(({ name }) => name)).toEqual(['']);
});

it('compares eval losses where every run that came to a step has one', () => {
  expect(comparesEval([run({}, 1, 2), run({}, null)])).toBe(true);
  expect(comparesEval([run({}, 1, 2), run({}, 1)])).toBe(false);
  expect(comparesEval([run({}, 1)])).toBe(false);
});

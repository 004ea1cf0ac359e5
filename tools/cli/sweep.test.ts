// The runs of a sweep are those that their recipes give alone, bit for bit; which fails or falls behind costs the others nothing.
import { expect, it } from 'vitest';
import { recipeOfPreset } from '../../src/engine/recipe/presets.ts';
import type { Recipe } from '../../src/engine/recipe/recipe.ts';
import { withPatch } from '../../src/engine/recipe/recipe.ts';
import { isAxis, readAxis, sweepRuns } from '../../src/engine/recipe/sweep.ts';
import { Assets } from '../../src/engine/session/assets.ts';
import { TrainingRun } from '../../src/engine/session/run.ts';
import { memoryStore } from '../../src/engine/session/snapshot.ts';
import { readPublic } from '../../src/engine/testing/embedded.ts';
import { openBackend } from '../../src/engine/training/backends/openDevice.ts';
import type { StepMetrics } from '../../src/engine/training/metrics.ts';
import { readOptions } from './options.ts';
import type { TrainOne } from './sweep.ts';
import { ranked, sweep, sweepTable } from './sweep.ts';

const assets = new Assets(readPublic);
const preset = recipeOfPreset(await assets.presets(), 'ships-log');
const base: Recipe = {
  ...preset,
  prompts: [],
  data: { name: 'mine.jsonl', text: JSON.stringify({ prompt: 'Where?', completion: ' Here.' }) },
  values: withPatch(preset.values, { 'train.max_steps': 2, 'train.per_device_train_batch_size': 1 }),
};

async function begun(recipe: Recipe): Promise<TrainingRun> {
  const opened = await openBackend({ gpu: null, choice: 'cpu', now: () => 0 });
  return TrainingRun.begin({
    ...{ assets, recipe, opened, store: memoryStore(), emit: () => {}, now: () => 0 },
    cancelled: () => false,
    breathe: () => Promise.resolve(),
  });
}

/** What a run came to: its losses and norms, and its adapter's bytes. */
async function outcome(run: TrainingRun, goesOn: (steps: readonly StepMetrics[]) => boolean) {
  const steps: StepMetrics[] = [];
  while (!run.finished) {
    steps.push(await run.next());
    if (!goesOn(steps)) break;
  }
  const [file] = await run.exportAs('peft', 'float32');
  return { numbers: steps.map(({ loss, gradNorm }) => [loss, gradNorm]), bytes: file?.bytes };
}

const options = readOptions(['--sweep', 'train.learning_rate=1e-4,1e-2', '--sweep', 'lora.r=2,4']);

it('trains each recipe of the grid as it is trained alone', async () => {
  const swept: unknown[] = [];
  const train: TrainOne = async (recipe, _, goesOn) => {
    const run = await begun(recipe);
    swept.push(await outcome(run, (steps) => goesOn(steps, run.totalSteps)));
  };
  const told: string[] = [];
  const runs = await sweep(options, base, train, (name, place, count) =>
    told.push(`${place} of ${count}: ${name}`),
  );
  expect(told[1]).toBe('2 of 4: learning_rate 0.0001 · r 4');
  expect(runs.map(({ how, steps, totalSteps }) => [how, steps, totalSteps])).toEqual(
    runs.map(() => ['ended', 2, 2]),
  );
  const alone: unknown[] = [];
  for (const rate of [1e-4, 1e-2])
    for (const r of [2, 4]) {
      const values = withPatch(base.values, { 'train.learning_rate': rate, 'lora.r': r });
      alone.push(await outcome(await begun({ ...base, values }), () => true));
    }
  expect(swept).toEqual(alone);
});

const metrics = (loss: number, step: number) => ({ step, loss, evalLoss: null, stepMs: 1000 }) as StepMetrics;

it('gives up a run that falls behind, and goes on over one that fails', async () => {
  const losses = [[4, 2, 1, 1], [4, 2, 1, 1], 'fail', [9, 9, 9, 9]] as const;
  let place = -1;
  const train: TrainOne = async (_recipe, _folder, goesOn) => {
    place += 1;
    const own = losses[place];
    if (own === undefined || own === 'fail') throw new Error('no room | here');
    const steps: StepMetrics[] = [];
    for (const [i, loss] of own.entries()) {
      steps.push(metrics(loss, i + 1));
      if (!goesOn(steps, own.length)) return;
    }
  };
  const runs = await sweep({ ...options, stopEarly: true }, base, train, () => {});
  expect(runs.map(({ how, steps }) => [how, steps])).toEqual([
    ['ended', 4],
    ['ended', 4],
    ['failed', 0],
    ['stopped', 1],
  ]);
  expect(ranked(runs).map(({ how }) => how)).toEqual(['ended', 'ended', 'stopped', 'failed']);
  const table = sweepTable(runs);
  expect(table).toHaveLength(6);
  expect(table.at(-1)).toContain('failed: ');
  expect(table.at(-1)).toContain('no room \\| here');
});

it('refuses what is no setting or no value of it', () => {
  expect(() => readOptions(['--sweep', 'adapter.r=4'])).toThrow('no such setting');
  expect(() => readOptions(['--sweep', 'lora.r=4,x'])).toThrow('lora.r: expected a number');
  expect(() => readOptions(['--sweep', 'lora.r=4', '--push', 'a/b'])).toThrow('without --push');
  const axis = readAxis('lora.r', '2,4,8');
  expect(isAxis(axis) && sweepRuns(base, [axis], 2)).toHaveLength(2);
});

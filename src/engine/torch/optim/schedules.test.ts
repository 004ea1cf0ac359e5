// Learning rates against transformers: inside its Trainer (tests/golden/llama-tiny.json) and of every schedule alone
// (tests/golden/optimizers.json); and what is refused.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sumBound64 } from '../../../shaders/testing/tolerance.ts';
import type { JsonObject } from '../../ground/settings/jsonObject.ts';
import type { ScheduleType } from './names.ts';
import { scheduleTypes } from './names.ts';
import { scheduleFactor } from './schedules.ts';

interface Run {
  readonly settings: {
    readonly lr_scheduler_type: ScheduleType;
    readonly warmup_steps: number;
    readonly max_steps: number;
    readonly learning_rate: number;
  };
  readonly steps: readonly { readonly learning_rate: number }[];
}

/** Float64 on both sides: only the order of a dozen operations on numbers up to the largest rate may differ. */
const farFrom = (got: number, want: number, largest = want): boolean =>
  !(Math.abs(got - want) <= sumBound64(12, largest));

const trained: { readonly runs: readonly Run[] } = JSON.parse(
  readFileSync('tests/golden/llama-tiny.json', 'utf8'),
);

it.each(trained.runs.map((run) => [run.settings.lr_scheduler_type, run] as const))(
  'in Trainer: %s',
  (type, { settings, steps }) => {
    const options = {
      type,
      warmupSteps: settings.warmup_steps,
      totalSteps: settings.max_steps,
      learningRate: settings.learning_rate,
      kwargs: {},
    };
    for (const [k, step] of steps.entries())
      expect(farFrom(settings.learning_rate * scheduleFactor(options, k), step.learning_rate)).toBe(false);
  },
);

const golden: {
  readonly learningRate: number;
  readonly schedules: readonly {
    readonly type: ScheduleType;
    readonly kwargs: JsonObject;
    readonly warmup: number;
    readonly rates: readonly number[];
  }[];
} = JSON.parse(readFileSync('tests/golden/optimizers.json', 'utf8'));

describe('get_scheduler', () => {
  it.each(
    golden.schedules.map((one) => [`${one.type} ${JSON.stringify(one.kwargs)} ${one.warmup}`, one] as const),
  )('%s', (_, { type, kwargs, warmup, rates }) => {
    const { learningRate } = golden;
    const options = { type, kwargs, learningRate, warmupSteps: warmup, totalSteps: rates.length };
    for (const [k, rate] of rates.entries())
      expect(farFrom(learningRate * scheduleFactor(options, k), rate, learningRate)).toBe(false);
  });

  it('covers every schedule', () => {
    expect(new Set(golden.schedules.map(({ type }) => type))).toEqual(new Set(scheduleTypes));
  });
});

it('refuses what a schedule does not take, and says what is missing', () => {
  const options = { warmupSteps: 0, totalSteps: 3, learningRate: 1 };
  expect(() => scheduleFactor({ ...options, type: 'linear', kwargs: { power: 2 } }, 0)).toThrow(
    'lr_scheduler_kwargs: linear takes nothing, got power',
  );
  expect(() => scheduleFactor({ ...options, type: 'warmup_stable_decay', kwargs: {} }, 0)).toThrow(
    'needs the number num_decay_steps',
  );
  expect(() =>
    scheduleFactor(
      { ...options, type: 'warmup_stable_decay', kwargs: { num_decay_steps: 3, decay_type: 'exp' } },
      1,
    ),
  ).toThrow('decay_type should be linear, cosine or 1-sqrt, got "exp"');
});

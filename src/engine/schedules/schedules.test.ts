// Learning rates against transformers' Trainer (tests/golden/llama-tiny.json), and the published cosine with a warmup share.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { scheduleFactor } from './schedules.ts';

interface Run {
  readonly settings: {
    readonly lr_scheduler_type: string;
    readonly warmup_steps: number;
    readonly max_steps: number;
    readonly learning_rate: number;
  };
  readonly steps: readonly { readonly learning_rate: number }[];
}

const golden: { readonly runs: readonly Run[] } = JSON.parse(
  readFileSync('tests/golden/llama-tiny.json', 'utf8'),
);

it.each(golden.runs.map((run) => [run.settings.lr_scheduler_type, run] as const))(
  '%s',
  (type, { settings, steps }) => {
    const options = { type, warmupSteps: settings.warmup_steps, totalSteps: settings.max_steps };
    for (const [k, step] of steps.entries())
      expect(settings.learning_rate * scheduleFactor(options, k)).toBeCloseTo(step.learning_rate, 12);
  },
);

it('cosine over three steps, two of them warmup', () => {
  const options = { type: 'cosine', warmupSteps: 2, totalSteps: 3 };
  expect([0, 1, 2].map((k) => 0.01 * scheduleFactor(options, k))).toEqual([0, 0.005, 0.01]);
});

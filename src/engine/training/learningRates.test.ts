// What is shown of a schedule before a run is what the run does: warmup from 0, a share of the run, refusals in the schedule's words.
import { describe, expect, it } from 'vitest';
import { defaultValues } from '../recipe/recipe.ts';
import { learningRates } from './learningRates.ts';

const values = {
  ...defaultValues,
  'train.learning_rate': 1e-2,
  'train.lr_scheduler_type': 'linear' as const,
};

describe('learningRates', () => {
  it('begins at 0, is full after the warmup, and falls', () => {
    const rates = learningRates({ ...values, 'train.warmup_steps': 2 }, 6);
    expect(rates).toHaveLength(6);
    expect(rates.slice(0, 3)).toEqual([0, 5e-3, 1e-2]);
    expect(rates[5]).toBeCloseTo(1e-2 / 4, 12);
  });
  it('takes a warmup below 1 as a share of the run', () => {
    expect(learningRates({ ...values, 'train.warmup_steps': 0.5 }, 4)[2]).toBe(1e-2);
  });
  it('refuses what the schedule does not take', () => {
    const strange = { ...values, 'train.lr_scheduler_kwargs': '{"power":2}' };
    expect(() => learningRates(strange, 4)).toThrow(/power/);
  });
});

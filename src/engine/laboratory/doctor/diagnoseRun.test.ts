// Symptoms of a run, from made-up metrics.
import { describe, expect, it } from 'vitest';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import type { RunStep } from './diagnoseRun.ts';
import { diagnoseRun } from './diagnoseRun.ts';

const run = (losses: readonly number[], gradNorm = 1, accuracies: readonly number[] = []): RunStep[] =>
  losses.map((loss, i) => ({
    step: i + 1,
    loss,
    gradNorm,
    learningRate: 0.1,
    meanTokenAccuracy: accuracies[i] ?? 0.4,
  }));

describe('diagnoseRun', () => {
  it('names the step at which the loss stops being a number, and lowers the rate', () => {
    const found = diagnoseRun(
      withPatch(defaultValues, { 'train.learning_rate': 0.5, 'train.max_grad_norm': 0 }),
      run([1.08, Number.NaN]),
    );
    expect(found?.id).toBe('loss-not-a-number');
    expect(found?.cause.en).toContain('step 2');
    expect(found?.evidence.some((one) => one.en.includes('logging_nan_inf_filter'))).toBe(true);
    expect(found?.fixes.map((fix) => fix.patch)).toEqual([
      { 'train.learning_rate': 0.05 },
      { 'train.max_grad_norm': 1 },
    ]);
  });

  it('advises nothing of the update when the loss is no number before the first one', () => {
    expect(diagnoseRun(defaultValues, run([Number.NaN]))?.fixes).toEqual([]);
  });

  it('tells a collapse from a hard batch and from a model that could little', () => {
    const losses = [6, 6.2, 8.5, 5.4, 5, 4.8, 4.6];
    const of = (accuracies: readonly number[]) => diagnoseRun(defaultValues, run(losses, 1, accuracies))?.id;
    expect(of([0.36, 0.38, 0.1, 0.11, 0.1, 0.12, 0.11])).toBe('model-collapses');
    expect(of([0.36, 0.38, 0.4, 0.1, 0.42, 0.45, 0.44])).toBeUndefined();
    expect(of([0.05, 0.02, 0.01, 0.01, 0.01, 0.02, 0.01])).toBeUndefined();
  });

  it('tells an explosion from noise', () => {
    expect(diagnoseRun(defaultValues, run([2, 1.8, 3, 9, 20]))?.id).toBe('loss-explodes');
    expect(diagnoseRun(defaultValues, run([2, 2.4, 1.9, 2.2, 2.1]))).toBeNull();
    expect(diagnoseRun(defaultValues, run([3, 2, 1, 0.5, 0.9]))).toBeNull();
  });

  it('sees a gradient norm of exactly zero, but not in the first steps alone', () => {
    expect(diagnoseRun(defaultValues, run([2, 2, 2, 2, 2], 0))?.id).toBe('grad-norm-zero');
    expect(diagnoseRun(defaultValues, run([2, 2], 0))).toBeNull();
    expect(diagnoseRun(defaultValues, [])).toBeNull();
  });
});

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

  it('sees a loss that ends well above where it began, and calls no hard batch that', () => {
    const slowly = [6, 6.2, 6.1, 6.4, 6.3, 7.2, 7.9, 8.4, 8.6, 8.3, 8.8];
    expect(diagnoseRun(defaultValues, run(slowly))?.id).toBe('loss-explodes');
    expect(diagnoseRun(defaultValues, run([6, 5, 4, 3, 2, 2, 9, 2, 2, 2, 2]))).toBeNull();
  });

  it('sees a gradient that is gone since some steps', () => {
    const steps = [...run([6, 9, 8, 8, 8]), ...run([8, 8, 8, 8, 8], 0)].map((one, i) => ({
      ...one,
      step: i + 1,
    }));
    expect(diagnoseRun(defaultValues, steps.slice(0, 8))).toBeNull();
    const found = diagnoseRun(defaultValues, steps);
    expect(found?.id).toBe('gradient-vanishes');
    expect(found?.cause.en).toContain('step 6');
  });

  describe('a flat line', () => {
    const noisy = Array.from({ length: 120 }, (_, i) => 6 + 0.3 * Math.sin(i * 2.4));
    const slow = withPatch(defaultValues, { 'train.learning_rate': 1e-7 });

    it('is told early where the learning rate is too small, with the usual one', () => {
      expect(diagnoseRun(slow, run(noisy.slice(0, 19)))).toBeNull();
      const found = diagnoseRun(slow, run(noisy.slice(0, 20)));
      expect(found?.id).toBe('loss-flat');
      expect(found?.fixes.map((fix) => fix.patch)).toEqual([{ 'train.learning_rate': 2e-4 }]);
    });

    it('is told late elsewhere, and not while the rate rises, of what is learnt, or where it falls', () => {
      expect(diagnoseRun(defaultValues, run(noisy.slice(0, 99)))).toBeNull();
      expect(diagnoseRun(defaultValues, run(noisy.slice(0, 100)))?.id).toBe('loss-flat');
      const rising = run(noisy).map((one) => ({ ...one, learningRate: one.step * 1e-9 }));
      expect(diagnoseRun(slow, rising)).toBeNull();
      const learnt = noisy.map(() => 0.95);
      expect(diagnoseRun(slow, run(noisy, 1, learnt))).toBeNull();
      expect(diagnoseRun(slow, run(noisy.map((loss, i) => loss - i * 0.01)))).toBeNull();
      expect(diagnoseRun(slow, run(noisy.map(() => 0.01)))).toBeNull();
    });
  });

  it('sees a gradient norm of exactly zero, but not in the first steps alone', () => {
    expect(diagnoseRun(defaultValues, run([2, 2, 2, 2, 2], 0))?.id).toBe('grad-norm-zero');
    expect(diagnoseRun(defaultValues, run([2, 2], 0))).toBeNull();
    expect(diagnoseRun(defaultValues, [])).toBeNull();
  });
});

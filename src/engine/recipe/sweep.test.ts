// The grid of a sweep, its names, what is refused, and which run the median rule gives up.
import { describe, expect, it } from 'vitest';
import type { Reported } from './medianRule.ts';
import { isBehind } from './medianRule.ts';
import { defaultValues } from './recipe.ts';
import type { SweepAxis } from './sweep.ts';
import { gridSize, isAxis, readAxis, sweepRuns } from './sweep.ts';

const base = { preset: 'ships-log', values: defaultValues };

function axis(key: string, written: string): SweepAxis {
  const read = readAxis(key, written);
  if (!isAxis(read)) throw new Error(read.en);
  return read;
}

const problem = (key: string, written: string): string => {
  const read = readAxis(key, written);
  return isAxis(read) ? '' : read.en;
};

describe('a sweep', () => {
  it('is every pair of values, the last axis the fastest, named by what differs', () => {
    const axes = [axis('train.learning_rate', '1e-4, 1e-3'), axis('lora.r', '4,8')];
    const runs = sweepRuns(base, axes, 8);
    expect(runs.map(({ name }) => name)).toEqual([
      'learning_rate 0.0001 · r 4',
      'learning_rate 0.0001 · r 8',
      'learning_rate 0.001 · r 4',
      'learning_rate 0.001 · r 8',
    ]);
    expect(runs[2]?.recipe.values).toEqual({ ...defaultValues, 'train.learning_rate': 1e-3, 'lora.r': 4 });
  });

  it('of more than are allowed draws some by the seed, over the whole grid, the same each time', () => {
    const axes = [axis('train.seed', '1,2,3,4,5,6,7,8'), axis('lora.r', '1,2,4,8')];
    expect(gridSize(axes)).toBe(32);
    const names = (seed: number) =>
      sweepRuns({ ...base, values: { ...defaultValues, 'train.seed': seed } }, axes, 8).map(
        ({ name }) => name,
      );
    expect(names(1)).toHaveLength(8);
    expect(new Set(names(1)).size).toBe(8);
    expect(names(1)).toEqual(names(1));
    expect(names(1)).not.toEqual(names(2));
    expect(new Set(names(1).map((name) => name.split(' · ')[0])).size).toBeGreaterThan(2);
  });

  it('keeps lists of modules whole', () => {
    const { values } = axis(
      'lora.target_modules',
      'all-linear, ["q_proj","v_proj"], .*\\.[0-2]\\..*_(q|v){1,2}',
    );
    expect(values).toEqual(['all-linear', '["q_proj","v_proj"]', '.*\\.[0-2]\\..*_(q|v){1,2}']);
  });

  it('takes a value once, and refuses what the setting refuses', () => {
    expect(axis('lora.r', '4, 4,8').values).toEqual([4, 8]);
    expect(problem('lora.r', '4,0.5')).toContain('lora.r: expected a whole number, got 0.5');
    expect(problem('lora.r', 'four')).toContain('lora.r: expected a number');
    expect(problem('lora.r', ' , ')).toContain('got none');
    expect(problem('adapter.r', '4')).toContain('no such setting');
    expect(problem('lora.target_modules', '["q_proj"')).toContain('lora.target_modules');
  });
});

describe('the median rule', () => {
  const run = (...losses: readonly number[]): Reported => losses.map((loss, i) => [i + 1, loss, null]);
  const evaluated = (...losses: readonly number[]): Reported => losses.map((loss, i) => [i + 1, 1, loss]);
  const ended = [run(4, 2, 1, 1), run(4, 3, 2, 1)];

  it('stops a run whose best is above the median of the averages', () => {
    // Averages after two steps: 3 and 3.5.
    expect(isBehind(run(4, 3.3), ended, 4)).toBe(true);
    expect(isBehind(run(4, 3.2), ended, 4)).toBe(false);
    expect(isBehind(run(Number.NaN, Number.NaN), ended, 4)).toBe(true);
  });

  it('says nothing with one run to compare, in a run’s first quarter, or at its end', () => {
    expect(isBehind(run(9, 9), ended.slice(1), 4)).toBe(false);
    expect(isBehind(run(9, 9), ended, 9)).toBe(false);
    expect(isBehind(run(9, 9, 9, 9), ended, 4)).toBe(false);
  });

  it('goes by eval losses where every run has them', () => {
    const others = [evaluated(2, 2, 2, 2), evaluated(3, 3, 3, 3)];
    expect(isBehind(evaluated(2.6, 2.6), others, 4)).toBe(true);
    expect(isBehind(evaluated(2.6, 2.4), others, 4)).toBe(false);
    expect(isBehind(evaluated(2.6, 2.6), [...others, run(9, 9, 9, 9)], 4)).toBe(false);
  });
});

// What the form asks of a run that it can take up as it is, and what it can not: only settings of the steps to come, only while there are any.
import { expect, it } from 'vitest';
import type { Recipe } from '../../engine/index.ts';
import { defaultValues, withPatch } from '../../engine/index.ts';
import { newRun, reduce } from './reduce.ts';
import { changeForRun } from './runStatus.ts';
import type { PageState, Run } from './state.ts';
import { emptyState } from './store.ts';

const recipe: Recipe = { preset: 'ships-log', values: defaultValues };
const step = {
  ...{
    step: 1,
    loss: 1,
    gradNorm: 1,
    learningRate: 1,
    epoch: 0,
    tokens: 1,
    paddedTokens: 1,
    tokensPerSecond: 1,
  },
  ...{ meanTokenAccuracy: 0, entropy: 0, evalLoss: null, stepMs: 1, etaMs: 1 },
};
const paused: Run = { ...newRun(recipe), phase: 'paused', steps: [step] };
const stateOf = (run: Run | null, values: Recipe['values']): PageState => ({
  ...emptyState('en', 'system'),
  run,
  recipe: { ...recipe, values },
});
const faster = withPatch(defaultValues, { 'train.learning_rate': 0.5 });

it('is what differs, where all of it can be changed', () => {
  expect(changeForRun(stateOf(paused, faster))).toEqual({ 'train.learning_rate': 0.5 });
  expect(changeForRun(stateOf(paused, defaultValues))).toBeNull();
  expect(changeForRun(stateOf(paused, withPatch(faster, { 'lora.r': 64 })))).toBeNull();
  expect(changeForRun(stateOf({ ...paused, phase: 'finished' }, faster))).toBeNull();
  expect(changeForRun(stateOf(null, faster))).toBeNull();
});

it('makes the form’s recipe the run’s again when it is taken up, and goes on with it', () => {
  const changed: Recipe = {
    ...recipe,
    values: faster,
    changes: [{ step: 1, key: 'train.learning_rate', before: defaultValues['train.learning_rate'] }],
  };
  const next = reduce(stateOf(paused, faster), { type: 'changed', recipe: changed, totalSteps: 9 });
  expect(next.recipe).toEqual(changed);
  expect(next.run?.recipe).toEqual(changed);
  const elsewhere = withPatch(faster, { 'lora.r': 64 });
  expect(
    reduce(stateOf(paused, elsewhere), { type: 'changed', recipe: changed, totalSteps: 9 }).recipe.values,
  ).toBe(elsewhere);
});

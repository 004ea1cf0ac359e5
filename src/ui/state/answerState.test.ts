// Answers while a run trains: a whole one stays until the next is whole, all are kept with their steps, and a pause asks nothing.

import { expect, it } from 'vitest';
import { defaultValues } from '../../engine/index.ts';
import type { Event } from '../../engine/protocol.ts';
import { saidAt, saidSteps } from '../panels/answers/saidAt.ts';
import { promptsOf, watchOf } from './answerActions.ts';
import { newRun, reduceAll } from './reduce.ts';
import { emptyState } from './store.ts';

const recipe = { preset: 'ships-log', values: defaultValues, prompts: ['Where?'] };
const running = {
  ...emptyState('en', 'system'),
  recipe,
  run: { ...newRun(recipe), phase: 'running' as const },
};
const said = (step: number, text: string, done = true): Event => ({
  ...{ type: 'answer', id: 0, index: 0, side: 'after', prompt: 'Where?' },
  ...{ text, done, step },
});
const phase = (name: 'paused' | 'running'): Event => ({
  ...{ type: 'phase', phase: name, done: 3, total: 9, note: '' },
});
const after = (events: readonly Event[]) => reduceAll(running, events).run?.answers[0]?.after;

it('shows a first answer as it comes, and a later one when it is whole', () => {
  expect(after([said(2, 'On', false)])).toEqual({ text: 'On', done: false, step: 2 });
  expect(after([said(2, 'On Mill'), said(5, 'Cap', false)])?.text).toBe('On Mill');
  expect(after([said(2, 'On Mill'), said(5, 'Cap', false), said(5, 'Captain!')])).toMatchObject({
    ...{ text: 'Captain!', step: 5 },
  });
});

it('forgets at rest what was not said to its end', () => {
  expect(after([said(2, 'On', false), phase('paused')])).toBeNull();
  expect(after([said(2, 'On Mill'), said(5, 'Cap', false), phase('paused')])?.text).toBe('On Mill');
});

it('keeps every answer with its step', () => {
  const events = [said(2, 'a'), said(5, 'b'), said(5, 'c'), said(10, 'd')];
  const all = reduceAll(running, events).run?.said ?? [];
  expect(saidSteps(all)).toEqual([2, 5, 10]);
  expect([1, 2, 4, 5, 9, 10].map((step) => saidAt(all, 'Where?', step)?.text ?? null)).toEqual([
    ...[null, 'a', 'a', 'c', 'c', 'd'],
  ]);
  expect(saidAt(all, 'Who?', 10)).toBeNull();
});

it('watches the questions of the form, by its settings of answers', () => {
  const state = { ...running, askEvery: 5 };
  expect(watchOf(state)).toMatchObject({
    ...{
      every: 5,
      prompts: ['Where?'],
      generation: { maxNewTokens: defaultValues['generate.max_new_tokens'] },
    },
  });
  expect(promptsOf({ ...running, recipe: { preset: 'none', values: defaultValues } })).toEqual([]);
});

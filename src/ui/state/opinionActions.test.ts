// Second opinions go to the one who asked last; who gives one up hears nothing more; a trainer that is gone is told as a failure.
import { expect, it } from 'vitest';
import { same } from '../../engine/index.ts';
import type { Command, EngineErrorData } from '../../engine/protocol.ts';
import type { OpinionHeard } from './opinionActions.ts';
import { opinionActions } from './opinionActions.ts';
import { emptyState, makeStore } from './store.ts';

const error: EngineErrorData = { code: 'internal', message: same('gone'), remedy: same('try'), data: {} };
const progress = (id: number) =>
  ({ type: 'opinion-progress', id, phase: 'ours', done: 1, total: 2 }) as const;

function desk() {
  const told: Command[] = [];
  const heard: OpinionHeard[] = [];
  const actions = opinionActions(makeStore(emptyState('en', 'system')), (command) => told.push(command));
  return { ...actions, told, heard, ask: () => actions.askOpinion(true, (event) => heard.push(event)) };
}

it('asks of the recipe in the form, and hears of its own alone', () => {
  const { ask, told, heard, onOpinion } = desk();
  ask();
  ask();
  expect(told).toMatchObject([
    { type: 'second-opinion', id: 1, layers: true, backend: 'auto' },
    { type: 'second-opinion', id: 2 },
  ]);
  onOpinion(progress(1));
  onOpinion(progress(2));
  expect(heard).toEqual([progress(2)]);
});

it('gives one up once', () => {
  const { ask, told, heard, onOpinion } = desk();
  const leave = ask();
  leave();
  leave();
  onOpinion(progress(1));
  expect(told.map(({ type }) => type)).toEqual(['second-opinion', 'cancel-opinion']);
  expect(heard).toEqual([]);
});

it('tells a trainer that is gone, once', () => {
  const { ask, heard, onOpinion, told } = desk();
  const leave = ask();
  onOpinion({ type: 'failed', error, raisedBy: 'engine' });
  onOpinion({ type: 'failed', error, raisedBy: 'engine' });
  leave();
  expect(heard).toEqual([{ type: 'opinion-failed', id: 1, error }]);
  expect(told).toHaveLength(1);
});

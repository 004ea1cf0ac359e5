// Scores of rows as they come: the newest question counts, a row that comes twice stands once, ending it is told the trainer.
import { expect, it } from 'vitest';
import type { Command, ScoredRow } from '../../engine/protocol.ts';
import { byLoss, signedLoss } from '../panels/runs/runWords.ts';
import { rowScoresActions } from './rowScoresActions.ts';
import { emptyState, makeStore } from './store.ts';

function page() {
  const told: Command[] = [];
  const store = makeStore(emptyState('en', 'system'));
  const actions = rowScoresActions(store, (command) => told.push(command));
  const scores = () => store.getState().runs.scores;
  return { actions, scores, told };
}

const row = (place: number, loss: number): ScoredRow => ({
  ...{ place, loss, text: 'a', labels: 2, base: 3, shown: null },
});
const came = (id: number, one: ScoredRow | null, done: number, ended = false) =>
  ({ type: 'rows-scored', id, row: one, done, total: 3, ended }) as const;

it('holds the rows of the newest question, each once', () => {
  const { actions, scores, told } = page();
  actions.scoreRows('train');
  actions.scoreRows('eval');
  expect(told).toEqual([
    { type: 'score-rows', id: 1, part: 'train', place: null },
    { type: 'score-rows', id: 2, part: 'eval', place: null },
  ]);
  actions.onScores(came(1, row(9, 9), 1));
  actions.onScores(came(2, row(0, 1), 1));
  // After a lost device they begin anew.
  actions.onScores(came(2, row(0, 1), 1));
  actions.onScores(came(2, row(1, 2), 2));
  expect(scores()).toMatchObject({ part: 'eval', done: 2, total: 3, scoring: true });
  expect(scores().rows.map(({ place }) => place)).toEqual([0, 1]);
  actions.onScores(came(2, null, 0, true));
  expect(scores()).toMatchObject({ done: 2, scoring: false });
});

it('opens a row with its tokens, and keeps the list', () => {
  const { actions, scores } = page();
  actions.scoreRows('eval');
  actions.onScores(came(1, row(0, 1), 1, true));
  actions.openScoredRow(0);
  expect(scores().open).toMatchObject({ place: 0, row: null });
  const shown = [{ text: 'a', mask: 'trained', tokens: 1, loss: 1, base: 3 }] as const;
  actions.onScores(came(2, { ...row(0, 1), shown }, 1, true));
  expect(scores().open?.row?.shown).toEqual(shown);
  expect(scores().rows).toHaveLength(1);
  actions.openScoredRow(null);
  expect(scores().open).toBeNull();
});

it('ends it at once, once', () => {
  const { actions, scores, told } = page();
  actions.leaveScores();
  actions.scoreRows('eval');
  actions.leaveScores();
  actions.leaveScores();
  expect(told.map(({ type }) => type)).toEqual(['score-rows', 'pause']);
  expect(scores().scoring).toBe(false);
});

it('lists the highest first, a loss that is no number before all, and changes with their sign', () => {
  const losses = byLoss([row(0, 1), row(1, Number.NaN), row(2, 3)]).map(({ place }) => place);
  expect(losses).toEqual([1, 2, 0]);
  expect([signedLoss(-1), signedLoss(0.5), signedLoss(Number.NaN)]).toEqual(['−1.00', '+0.50', '–']);
});

// Events become state: stale inspections are dropped, a run gathers steps, answers land in their place.

import { describe, expect, it } from 'vitest';
import { same } from '../../engine/index.ts';
import type { Event, StepMetrics } from '../../engine/protocol.ts';
import { inspectionOf } from '../testing/fixture.ts';
import { presetEntries } from '../testing/presetEntries.ts';
import { presetRecipe } from './recipeEdits.ts';
import { newRun, reduce, reduceAll } from './reduce.ts';
import type { PageState } from './state.ts';
import { emptyState } from './store.ts';

const metrics = (step: number, loss = 1): StepMetrics => ({
  step,
  loss,
  gradNorm: 1,
  learningRate: 1e-3,
  epoch: 0,
  tokens: 10,
  paddedTokens: 128,
  tokensPerSecond: 100,
  meanTokenAccuracy: 0.5,
  entropy: 0.5,
  evalLoss: null,
  stepMs: 5,
  etaMs: 50,
  tensorNorms: [step, 2],
});

const recipe = presetRecipe(presetEntries, 'ships-log');
const started: PageState = { ...emptyState('en', 'system'), run: newRun(recipe), inspectId: 3 };

describe('reduce', () => {
  it('takes the newest inspection and drops answers to older questions', () => {
    const inspection = inspectionOf('trains');
    expect(reduce(started, { type: 'inspected', id: 2, inspection }).inspection).toBeNull();
    expect(reduce(started, { type: 'inspected', id: 3, inspection }).inspection).toBe(inspection);
  });

  it('keeps the last good inspection when the newest fails, and says why', () => {
    const inspection = inspectionOf('trains');
    const good = reduce(started, { type: 'inspected', id: 3, inspection });
    const error = {
      code: 'empty-data',
      message: same('Rows: expected at least one.'),
      remedy: same('Add one.'),
      data: {},
    } as const;
    const bad = reduce(good, { type: 'inspect-failed', id: 3, error });
    expect(bad.inspection).toBe(inspection);
    expect(bad.inspectFailure).toBe(error);
    expect(reduce(bad, { type: 'inspected', id: 3, inspection }).inspectFailure).toBeNull();
  });

  it('keeps the fixed script apart from the inspection', () => {
    const inspection = inspectionOf('raises');
    const first = reduce(started, { type: 'inspected', id: 3, inspection });
    const fixed = reduce(first, { type: 'inspected', id: -3, inspection: inspectionOf('trains', false) });
    expect(fixed.inspection).toBe(inspection);
    expect(fixed.fixedScript).toContain('use_reentrant');
  });

  it('gathers steps in order and keeps only the latest tensor norms', () => {
    const events: Event[] = [1, 2, 3].map((step) => ({ type: 'step', metrics: metrics(step) }));
    const { run } = reduceAll(started, events);
    expect(run?.steps.map((point) => point.step)).toEqual([1, 2, 3]);
    expect(run?.tensorNorms).toEqual([3, 2]);
    expect(run?.steps[0]).not.toHaveProperty('tensorNorms');
  });

  it('knows the tensors of the running steps by name, whatever the form says meanwhile', () => {
    const inspection = inspectionOf('trains');
    const step = (at: number): Event => ({ type: 'step', metrics: metrics(at) });
    const running = reduce({ ...started, recipe, inspection }, step(1));
    const places = running.run?.tensorPlaces;
    expect(places?.size).toBe(84);
    const name = [...(places ?? [])].find(([, place]) => place === 1)?.[0];
    expect(name).toMatch(/lora_[AB]/);
    const otherRank = { ...recipe, values: { ...recipe.values, 'lora.r': 2 } };
    const edited = reduce({ ...running, recipe: otherRank, inspection: inspectionOf('raises') }, step(2));
    expect(edited.run?.tensorNorms).toEqual([2, 2]);
    expect(edited.run?.tensorPlaces).toBe(places);
    // Another rate trains the same tensors.
    const otherRate = { ...recipe, values: { ...recipe.values, 'train.learning_rate': 1 } };
    const again = reduce({ ...running, recipe: otherRate, inspection: inspectionOf('trains') }, step(3));
    expect(again.run?.tensorPlaces).toEqual(places);
  });

  it('keeps what the doctor finds in the steps until it has passed', () => {
    const diagnosis = inspectionOf('raises').diagnosis;
    const found = reduce(started, { type: 'diagnosed', diagnosis });
    expect(found.run?.diagnosis).toBe(diagnosis);
    expect(diagnosis).not.toBeNull();
    expect(reduce(found, { type: 'diagnosed', diagnosis: null }).run?.diagnosis).toBeNull();
  });

  it('puts streamed answers beside each other and replaces their text', () => {
    const answer = (side: 'before' | 'after', text: string, index: number): Event => ({
      type: 'answer',
      id: 0,
      index,
      side,
      prompt: `question ${index}`,
      text,
      done: false,
      step: 0,
    });
    const { run } = reduceAll(started, [
      answer('before', 'The', 1),
      answer('before', 'The ferry', 1),
      answer('after', 'Log', 1),
    ]);
    expect(run?.answers).toHaveLength(2);
    expect(run?.answers[1]).toMatchObject({ before: { text: 'The ferry' }, after: { text: 'Log' } });
  });

  it('finds the place of an answer that was asked for outside the run', () => {
    const asking = { ...started, asked: { 7: [2] } };
    const event: Event = {
      type: 'answer',
      id: 7,
      index: 0,
      side: 'after',
      prompt: 'q',
      text: 'a',
      done: true,
      step: 4,
    };
    expect(reduce(asking, event).run?.answers[2]?.after?.text).toBe('a');
    expect(reduce(started, event).run?.answers).toEqual([]);
  });

  it('forgets an answer whose question has changed', () => {
    const event = (prompt: string, side: 'before' | 'after'): Event => ({
      type: 'answer',
      id: 0,
      index: 0,
      side,
      prompt,
      text: prompt,
      done: true,
      step: 1,
    });
    const { run } = reduceAll(started, [event('old', 'before'), event('new', 'after')]);
    expect(run?.answers[0]).toEqual({
      prompt: 'new',
      before: null,
      after: { text: 'new', done: true, step: 1 },
    });
  });

  it('ends a run as failed with who raised', () => {
    const error = { code: 'python', message: same('element 0'), remedy: same('Fix it.'), data: {} } as const;
    const { run } = reduce(started, { type: 'failed', raisedBy: 'python', error });
    expect(run).toMatchObject({ phase: 'failed', failure: { raisedBy: 'python', error } });
  });

  it('ignores a run’s events when there is no run', () => {
    const idle = emptyState('en', 'system');
    expect(reduce(idle, { type: 'step', metrics: metrics(1) })).toBe(idle);
  });
});

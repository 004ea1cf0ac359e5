// The queue: its runs one after another, each under its id and name; what ends, fails, falls behind or is left; and the next visit.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Recipe } from '../../engine/index.ts';
import { defaultValues, same, sameRun, sweepTools, withPatch } from '../../engine/index.ts';
import type { Command, EngineErrorData, StepMetrics } from '../../engine/protocol.ts';

import { makeQueue } from './queueDriver.ts';
import { queuePlace } from './queueState.ts';
import { reduce } from './reduce.ts';
import { canResume } from './runStatus.ts';
import type { Ports, StepPoint } from './state.ts';
import { emptyState, makeStore } from './store.ts';

const tools = await sweepTools();
const errorSample: EngineErrorData = { code: 'nan-loss', message: same('NaN'), remedy: same('-'), data: {} };
const base: Recipe = { preset: 'ships-log', values: withPatch(defaultValues, { 'train.max_steps': 4 }) };

function memory(): Storage {
  const held = new Map<string, string>();
  return {
    length: 0,
    key: () => null,
    clear: () => held.clear(),
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  };
}
beforeEach(() => vi.stubGlobal('localStorage', memory()));
afterEach(() => vi.unstubAllGlobals());

const ports = {
  keepStorage: () => {},
  recipeJson: (recipe: Recipe) => JSON.stringify(recipe),
  readRecipe: (text: string) => Promise.resolve(JSON.parse(text) as Recipe),
} as unknown as Ports;

function visit() {
  const told: Command[] = [];
  const store = makeStore({ ...emptyState('en', 'system'), opened: true, recipe: base });
  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return String(ids).padStart(16, '0');
  };
  const driver = makeQueue(store, ports, { tell: (command) => told.push(command), tools, newId });
  const hear = (event: Parameters<typeof reduce>[1]): void => store.setState((state) => reduce(state, event));
  const steps = (...losses: readonly number[]): void => {
    hear({
      type: 'started',
      ...{ trainable: 1, all: 2, peakBytes: 3, totalSteps: 4, backend: 'cpu', dispatchesPerStep: 1 },
    });
    hear({ type: 'phase', phase: 'running', done: 0, total: 4, note: '' });
    const from = store.getState().run?.steps.length ?? 0;
    for (const [i, loss] of losses.entries()) {
      const metrics = { step: from + i + 1, loss, evalLoss: null, stepMs: 10, tensorNorms: [] };
      hear({ type: 'step', metrics: metrics as unknown as StepMetrics & StepPoint });
    }
  };
  const finish = (): void => hear({ type: 'finished', steps: 4, fingerprint: { losses: [], device: 'cpu' } });
  const queue = () => store.getState().queue;
  const hows = () => queue().runs.map(({ how }) => how);
  return { told, store, driver, hear, steps, finish, queue, hows };
}

const axis = (key: string, written: string) => {
  const read = tools.readAxis(key, written);
  if (!tools.isAxis(read)) throw new Error(read.en);
  return read;
};
const rates = (written: string, stopEarly = false) => ({
  axes: [axis('train.learning_rate', written)],
  atMost: 8,
  stopEarly,
});

it('trains one after another, each kept as what differs, without the form', () => {
  const { told, store, driver, steps, finish, queue, hows } = visit();
  driver.addSweep(base, rates('1e-4,1e-3'));
  driver.add({ ...base, preset: 'inn' }, 'by hand');
  driver.go();
  expect(queuePlace(queue())).toEqual({ at: 1, count: 3 });
  steps(4, 3, 2, 1);
  finish();
  steps(4, 3, 2, 1.5);
  store.setState({ recipe: { ...base, preset: 'bakery' } });
  finish();
  expect(hows()).toEqual(['ended', 'ended', 'running']);
  finish();
  expect(queue()).toMatchObject({ going: false });
  expect(queuePlace(queue())).toBeNull();
  expect(queue().runs.map(({ loss }) => loss)).toEqual([1, 1.5, null]);
  const trained = told.flatMap((one) => (one.type === 'train' ? [one] : []));
  expect(trained.map(({ as }) => as?.name)).toEqual([
    'ships-log · learning_rate 0.0001',
    'ships-log · learning_rate 0.001',
    'by hand',
  ]);
  expect(new Set(trained.map(({ as }) => as?.id)).size).toBe(3);
  // What a person would train with these settings, and nothing else.
  const alone = { ...base, values: withPatch(base.values, { 'train.learning_rate': 1e-3 }) };
  expect(trained[1] && sameRun(trained[1].recipe, alone)).toBe(true);
});

it('goes on over a run that fails, and says why it did', () => {
  const { driver, hear, hows, queue } = visit();
  driver.addSweep(base, rates('1e-4,1e-3'));
  driver.go();
  hear({ type: 'failed', raisedBy: 'engine', error: errorSample });
  expect(hows()).toEqual(['failed', 'running']);
  expect(queue().runs[0]?.why).toEqual(errorSample.message);
});

it('stops a run that falls behind, once', () => {
  const { told, driver, steps, finish, hows } = visit();
  driver.addSweep(base, rates('1e-4,1e-3,1e-2', true));
  driver.go();
  for (let i = 0; i < 2; i++) {
    steps(4, 2, 1, 1);
    finish();
  }
  steps(9);
  steps(9);
  expect(told.filter(({ type }) => type === 'stop')).toHaveLength(1);
  finish();
  expect(hows()).toEqual(['ended', 'ended', 'stopped']);
});

it('rests with what is done, goes on with what was begun, and gives way to a person', () => {
  const { told, store, driver, steps, finish, hear, queue, hows } = visit();
  driver.addSweep(base, rates('1e-4,1e-3'));
  driver.go();
  steps(4, 3, 2, 1);
  finish();
  steps(4);
  hear({ type: 'phase', phase: 'paused', done: 1, total: 4, note: '' });
  expect(canResume(store.getState())).toBe(true);
  driver.rest();
  expect([hows(), queue().going, told.at(-1)?.type]).toEqual([['ended', 'waiting'], false, 'pause']);
  driver.go();
  expect(told.at(-1)).toMatchObject({ type: 'resume', until: null, as: { id: queue().runs[1]?.id } });
  store.setState({ run: null });
  expect([hows(), queue().going]).toEqual([['ended', 'waiting'], false]);
  driver.remove(queue().runs[1]?.id ?? '');
  expect(hows()).toEqual(['ended']);
});

it('is there at the next visit, with where its runs ended', async () => {
  const first = visit();
  first.driver.addSweep(base, rates('1e-4,1e-3,1e-2', true));
  first.driver.go();
  first.steps(4, 3, 2, 1);
  first.finish();
  first.steps(4);
  expect(first.queue().kept).toBe(true);
  const later = visit();
  await later.driver.restore();
  expect(later.hows()).toEqual(['ended', 'waiting', 'waiting']);
  expect(later.queue()).toMatchObject({ going: false, stopEarly: true });
  expect(later.queue().runs[0]).toMatchObject({ loss: 1, curve: first.queue().runs[0]?.curve });
  expect(later.queue().runs.map(({ base: own }) => own)).toEqual([base, base, base]);
  later.driver.go();
  expect(later.told).toMatchObject([{ type: 'resume', as: { id: first.queue().runs[1]?.id } }]);
  later.driver.empty();
  expect(later.hows()).toEqual(['running']);
});

it('says when it is too large to be there', () => {
  vi.stubGlobal('localStorage', undefined);
  const { driver, queue } = visit();
  driver.add(base, 'a');
  expect(queue().kept).toBe(false);
});

// What is told of a run's time: nothing exact where nothing was measured, and what earlier runs took otherwise.
import { describe, expect, it } from 'vitest';
import { inspectionOf } from '../testing/fixture.ts';
import type { Measured } from './pace.ts';
import { classOf, deviceKey, expected, timeTold } from './pace.ts';
import { newRun } from './reduce.ts';
import { recallMeasured, rememberMeasured } from './remembered.ts';
import { speedWatch } from './speed.ts';
import type { PageState, Run } from './state.ts';
import { emptyState } from './store.ts';

const inspection = inspectionOf('trains');
const { estimate } = inspection;
if (estimate === null) throw new Error('the fixture has an estimate');
const device = (backend: 'webgpu' | 'ort', fallback = false, flops: number | null = null) => ({
  ...{ backend, reason: null, trouble: null, features: [], limits: {}, threads: null },
  compared: flops === null ? null : { adapter: 'a', times: 2, flops },
  adapter:
    backend === 'ort' ? null : { vendor: 'v', architecture: 'a', device: '', description: '', fallback },
});
const measured: Measured = { msPerStep: 1500, flopsPerStep: estimate.flopsPerStep, aroundMs: 4000 };

describe('before a run', () => {
  it('nothing exact is told where nothing was measured', () => {
    for (const one of [null, device('ort'), device('webgpu', true), device('webgpu')])
      expect(timeTold([estimate], one, null)).toMatchObject({ ms: null, from: 'guess' });
  });
  it('a GPU is thought faster than a processor', () => {
    const long = { ...estimate, steps: 5000 };
    const order = ['seconds', 'minute', 'minutes', 'half-hour', 'hour', 'hours'];
    const place = (one: ReturnType<typeof device>) => order.indexOf(timeTold([long], one, null).class);
    expect(place(device('webgpu'))).toBeLessThan(place(device('webgpu', true)));
  });
  it('where a run measures first what is faster, that is what it is told for', () => {
    const software = device('webgpu', true);
    expect(deviceKey(expected(software, true))).toBe('ort');
    expect(expected(software, false)).toBe(software);
  });
  it('what was compared moves the guess', () => {
    const long = { ...estimate, steps: 200 };
    const [slow, fast] = [device('ort', false, 1e6), device('ort', false, 1e15)];
    expect([timeTold([long], slow, null).class, timeTold([long], fast, null).class]).toEqual([
      'hours',
      'seconds',
    ]);
  });
  it('an earlier run of about its size tells it: steps, what lay between them, and what stood around them', () => {
    expect(timeTold([estimate], null, measured)).toMatchObject({
      ms: 4000 + estimate.steps * 1500,
      from: 'measured',
    });
    const twice = timeTold([{ ...estimate, flopsPerStep: 2 * estimate.flopsPerStep }], null, measured);
    expect(twice.ms).toBe(4000 + estimate.steps * 3000);
  });
  it('one of another size tells no more than a class', () => {
    const larger = { ...estimate, flopsPerStep: 100 * estimate.flopsPerStep };
    expect(timeTold([larger], null, measured)).toMatchObject({ ms: null, from: 'other-size' });
  });
  it('classes lie apart', () => {
    const times = [5e3, 60e3, 5 * 60e3, 30 * 60e3, 70 * 60e3, 5 * 3600e3];
    expect(times.map(classOf)).toEqual(['seconds', 'minute', 'minutes', 'half-hour', 'hour', 'hours']);
  });
});

const point = { ...{ loss: 1, gradNorm: 1, learningRate: 1, epoch: 1, tokens: 1, paddedTokens: 1 } };
const start = {
  trainable: 1,
  all: 1,
  peakBytes: 1,
  totalSteps: 8,
  backend: 'ort' as const,
  dispatchesPerStep: 1,
};

/** Steps of a run of eight, each with what is left at `perStep`. */
function stepsOf(count: number, perStep: number): Run['steps'] {
  return Array.from({ length: count }, (_, i) => ({
    ...point,
    ...{ step: i + 1, tokensPerSecond: 1, meanTokenAccuracy: 1, entropy: 1, evalLoss: null },
    stepMs: perStep / 2,
    etaMs: (7 - i) * perStep,
  }));
}

/** What a page that goes through these is to remember; each comes two seconds behind the one before. */
function kept(phases: readonly (readonly [phase: Run['phase'], steps: number])[], perStep = 1000) {
  let nowMs = 0;
  const watch = speedWatch(() => nowMs);
  const all: unknown[] = [];
  let before: PageState = { ...emptyState('en', 'light'), inspection, device: device('ort') };
  for (const [phase, steps] of phases) {
    nowMs += 2000;
    const run = { ...newRun(before.recipe), phase, start, steps: stepsOf(steps, perStep) };
    const state = { ...before, run };
    const told = watch(state, before);
    if (told !== null) all.push(told);
    before = state;
  }
  return all;
}

describe('a run', () => {
  const { flopsPerStep } = estimate;
  it('tells its pace with its first steps, and at its end what stood around them', () => {
    const all = kept([
      ['loading', 0],
      ['before', 0],
      ['running', 4],
      ['running', 5],
      ['running', 8],
      ['after', 8],
      ['finished', 8],
    ]);
    expect(all).toEqual([
      { device: 'ort', measured: { msPerStep: 1000, flopsPerStep, aroundMs: 0 } },
      // Ten seconds from the first question to the last, eight of them in steps.
      { device: 'ort', measured: { msPerStep: 1000, flopsPerStep, aroundMs: 2000 } },
    ]);
  });
  it('that rested tells the pace alone', () => {
    const all = kept([
      ['loading', 0],
      ['running', 4],
      ['paused', 4],
      ['running', 4],
      ['running', 8],
      ['finished', 8],
    ]);
    expect(all.at(-1)).toEqual({ device: 'ort', measured: { msPerStep: 1000, flopsPerStep, aroundMs: 0 } });
  });
  it('says nothing with fewer steps', () => {
    expect(
      kept([
        ['loading', 0],
        ['running', 2],
        ['paused', 2],
      ]),
    ).toEqual([]);
  });
});

it('what was measured is kept for a device, and for no other', () => {
  const store = new Map<string, string>();
  Object.assign(globalThis, {
    localStorage: {
      getItem: (key: string) => store.get(key) ?? null,
      setItem: (key: string, value: string) => store.set(key, value),
    },
  });
  rememberMeasured(deviceKey(device('ort')), measured);
  expect(recallMeasured('ort')).toEqual({
    ...measured,
    flopsPerStep: Number(measured.flopsPerStep.toPrecision(4)),
  });
  expect(recallMeasured(deviceKey(device('webgpu')))).toBe(null);
  store.set('lora-playground.pace.ort', '1.2e9');
  expect(recallMeasured('ort')).toBe(null);
});

// Actions against the fake engine: one question per task, the newest wins, a paused run goes on, a reset forgets.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { same } from '../../engine/index.ts';
import type { Command, Event } from '../../engine/protocol.ts';
import { startFakeEngine } from '../testing/fakeEngine.ts';
import { presetEntries } from '../testing/presetEntries.ts';
import { makeActions } from './actions.ts';
import { isOfPlay, shownInspection } from './play.ts';
import type { Ports } from './state.ts';
import { emptyState, makeStore } from './store.ts';

function page({
  opened = true,
  loadPresets = async (): Promise<typeof presetEntries> => presetEntries,
} = {}) {
  const sent: Command[] = [];
  const ports: Ports = {
    startEngine: (onEvent: (event: Event) => void) => {
      const engine = startFakeEngine(onEvent, 5);
      return {
        ...engine,
        send: (command) => {
          sent.push(command);
          engine.send(command);
        },
      };
    },
    loadPresets,
    openLink: async (_, presets) => ({
      recipe: { preset: 'element-0', values: presets[1]?.values ?? emptyState('en', 'system').recipe.values },
      fingerprint: null,
      notes: [same('lora.q: not a setting.')],
    }),
    writeLink: async () => '',
    recipeJson: () => '',
    readRecipe: () => Promise.reject(new Error('no file')),
    saveFiles: async () => {},
    keepPage: () => {},
    keepStorage: () => {},
  };
  const store = makeStore({ ...emptyState('en', 'system'), opened });
  const actions = makeActions(store, ports, (run) => void setTimeout(run, 1));
  const kinds = (): string[] => sent.map((command) => command.type);
  return { store, actions, sent, kinds, ports };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('actions', () => {
  it('asks once for many edits in one task, with the last of them', async () => {
    const { actions, sent, store } = page();
    for (const r of [2, 3, 4]) actions.edit({ kind: 'values', patch: { 'lora.r': r } });
    await vi.advanceTimersByTimeAsync(20);
    const asked = sent.filter((command) => command.type === 'inspect');
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ recipe: { values: { 'lora.r': 4 } } });
    expect(store.getState().inspection).not.toBeNull();
  });

  it('asks again after the answer when the recipe moved on meanwhile', async () => {
    const { actions, sent } = page();
    actions.edit({ kind: 'values', patch: { 'lora.r': 2 } });
    await vi.advanceTimersByTimeAsync(0);
    actions.edit({ kind: 'values', patch: { 'lora.r': 3 } });
    actions.edit({ kind: 'values', patch: { 'lora.r': 5 } });
    await vi.advanceTimersByTimeAsync(20);
    const asked = sent.filter((command) => command.type === 'inspect');
    expect(asked.map((command) => command.recipe.values['lora.r'])).toEqual([2, 5]);
  });

  it('fetches the fixed script for a recipe that fails', async () => {
    const { actions, store } = page();
    await actions.start(
      () => '#preset=element-0',
      () => {},
    );
    await vi.advanceTimersByTimeAsync(20);
    const { inspection, fixedScript, linkNotes } = store.getState();
    expect(inspection?.outcome.kind).toBe('raises');
    expect(fixedScript).not.toBe(inspection?.script);
    expect(linkNotes).toEqual([same('lora.q: not a setting.')]);
  });

  it('trains, pauses, goes on and finishes with the same run', async () => {
    const { actions, store, kinds } = page();
    actions.edit({ kind: 'values', patch: { 'train.max_steps': 20 } });
    actions.toggleRun();
    await vi.advanceTimersByTimeAsync(32);
    actions.toggleRun();
    await vi.advanceTimersByTimeAsync(10);
    const paused = store.getState().run;
    expect(paused?.phase).toBe('paused');
    expect(paused?.steps.length).toBeGreaterThan(0);
    actions.toggleRun();
    await vi.advanceTimersByTimeAsync(500);
    const run = store.getState().run;
    expect(run?.phase).toBe('finished');
    expect(run?.steps).toHaveLength(20);
    expect(run?.steps.map((point) => point.step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(kinds().filter((kind) => kind === 'train')).toHaveLength(2);
  });

  it('begins anew when the settings changed while paused', async () => {
    const { actions, store } = page();
    actions.step();
    await vi.advanceTimersByTimeAsync(20);
    expect(store.getState().run?.steps).toHaveLength(1);
    actions.edit({ kind: 'values', patch: { 'lora.r': 2 } });
    actions.toggleRun();
    expect(store.getState().run?.steps).toEqual([]);
  });

  it('asks before a reset that loses steps, and then forgets the run', async () => {
    const { actions, store, kinds } = page();
    actions.step();
    await vi.advanceTimersByTimeAsync(20);
    actions.resetOrAsk();
    expect(store.getState().dialog).toBe('reset');
    actions.reset();
    expect(store.getState()).toMatchObject({ run: null, dialog: null });
    expect(kinds()).toContain('reset');
  });

  it('asks a new question of a rested run, and puts the answer in its place', async () => {
    const { actions, store } = page();
    actions.step();
    await vi.advanceTimersByTimeAsync(20);
    actions.edit({ kind: 'prompts', prompts: ['Where does the ferry leave from?', 'Who rings the bell?'] });
    actions.askPending();
    await vi.advanceTimersByTimeAsync(20);
    expect(store.getState().run?.answers[1]).toMatchObject({
      prompt: 'Who rings the bell?',
      after: { done: true },
    });
  });
});

describe('a page whose presets can’t be fetched', () => {
  const broken = () => {
    let left = 2;
    const loadPresets = async () => {
      left -= 1;
      if (left >= 0) throw new TypeError('Failed to fetch');
      return presetEntries;
    };
    let opened = 0;
    const made = page({ opened: false, loadPresets });
    const start = () =>
      made.actions.start(
        () => '#preset=element-0',
        () => {
          opened += 1;
        },
      );
    return { ...made, start, opened: () => opened };
  };

  it('trains nothing, whatever is pressed, and leaves the address alone', async () => {
    const { actions, start, store, kinds, opened } = broken();
    await start();
    actions.toggleRun();
    actions.train();
    actions.step();
    await vi.advanceTimersByTimeAsync(20);
    expect(store.getState()).toMatchObject({ run: null, opened: false, openFailure: { code: 'internal' } });
    expect(kinds().filter((kind) => kind === 'train' || kind === 'step')).toEqual([]);
    expect(opened()).toBe(0);
  });

  it('is opened with the recipe of its address when it is tried again', async () => {
    const { actions, start, store, opened } = broken();
    await start();
    actions.again();
    await vi.advanceTimersByTimeAsync(20);
    expect(store.getState().openFailure).not.toBeNull();
    actions.again();
    await vi.advanceTimersByTimeAsync(20);
    expect(store.getState()).toMatchObject({
      opened: true,
      openFailure: null,
      recipe: { preset: 'element-0' },
    });
    expect(opened()).toBe(1);
    actions.train();
    expect(store.getState().run?.recipe.preset).toBe('element-0');
  });

  it('asks the inspector again about a recipe once it is open', async () => {
    const { actions, sent } = page();
    actions.again();
    await vi.advanceTimersByTimeAsync(20);
    expect(sent.filter(({ type }) => type === 'inspect')).toHaveLength(1);
  });

  it('trains again what failed', async () => {
    const { actions, store, kinds } = page();
    actions.train();
    const { run } = store.getState();
    store.setState({ run: run && { ...run, phase: 'failed' } });
    actions.again();
    expect(kinds().filter((kind) => kind === 'train')).toHaveLength(2);
  });
});

it('has an engine whose program did not come fetched anew by the next who wants it', async () => {
  const starts: { readonly tell: (event: Event) => void; readonly sent: Command[] }[] = [];
  const { ports } = page();
  const startEngine: Ports['startEngine'] = (tell) => {
    const sent: Command[] = [];
    starts.push({ tell, sent });
    return { send: (command) => void sent.push(command), terminate: () => {} };
  };
  const store = makeStore({ ...emptyState('en', 'system'), opened: true });
  const actions = makeActions(store, { ...ports, startEngine }, (run) => void setTimeout(run, 1));
  expect(starts).toHaveLength(2);
  const error = { code: 'fetch-program', message: same('x'), remedy: same('x'), data: {} } as const;
  for (const { tell } of starts) tell({ type: 'failed', raisedBy: 'engine', error });
  await vi.advanceTimersByTimeAsync(20);
  expect(store.getState().inspectFailure).toEqual(error);
  expect(starts).toHaveLength(2);
  actions.train();
  actions.again();
  await vi.advanceTimersByTimeAsync(20);
  const asked = starts.slice(2).map(({ sent }) => sent.map(({ type }) => type));
  expect(asked).toEqual([['watch', 'train'], ['inspect']]);
});

describe('the play on the strip', () => {
  it('shows the cut and its repair as they were read off, and leaves the recipe alone', async () => {
    const { actions, store, sent } = page();
    actions.edit({ kind: 'values', patch: { 'lora.r': 4 } });
    await vi.advanceTimersByTimeAsync(20);
    const { recipe, inspection } = store.getState();
    actions.play();
    expect(shownInspection(store.getState())).toBe(inspection);
    await vi.advanceTimersByTimeAsync(20);
    actions.playOn();
    expect(shownInspection(store.getState())?.outcome.kind).toBe('raises');
    await vi.advanceTimersByTimeAsync(20);
    actions.playOn();
    expect(shownInspection(store.getState())?.outcome.kind).toBe('trains');
    expect(shownInspection(store.getState())).not.toBe(inspection);
    const asked = sent.flatMap((one) =>
      one.type === 'inspect' && isOfPlay(one.id) ? [one.recipe.values] : [],
    );
    expect(asked.map((values) => values['lora.r'])).toEqual([4, 4]);
    actions.playOn();
    expect(store.getState()).toMatchObject({ play: null, recipe, inspection });
  });

  it('ends with an edit', async () => {
    const { actions, store } = page();
    actions.play();
    actions.edit({ kind: 'values', patch: { 'lora.r': 4 } });
    await vi.advanceTimersByTimeAsync(20);
    expect(store.getState().play).toBeNull();
  });
});

it('opens a case of the guide broken where the advice repairs it, and with the advice where that breaks it', () => {
  const { actions, store } = page();
  const change = { 'train.use_reentrant': 'false' } as const;
  const base = { 'train.gradient_checkpointing': true };
  const opened = (before: 'trains' | 'silent', after: 'trains' | 'silent') => {
    const rows = [{ stack: 'trl-1.16.0', label: '', before, after }] as const;
    actions.tryAdvice({ base, change, rows }, 'trl-1.16.0');
    return store.getState().recipe.values['train.use_reentrant'];
  };
  const plain = emptyState('en', 'system').recipe.values['train.use_reentrant'];
  expect(opened('silent', 'trains')).toBe(plain);
  expect(opened('trains', 'silent')).toBe('false');
});

it('asks nothing when a run pauses, but what was changed while it ran', async () => {
  const { actions, store, kinds } = page();
  actions.edit({ kind: 'prompts', prompts: ['Where does the ferry leave from?'] });
  actions.train();
  await vi.advanceTimersByTimeAsync(30);
  actions.toggleRun();
  await vi.advanceTimersByTimeAsync(30);
  expect(store.getState().run?.phase).toBe('paused');
  expect(kinds()).not.toContain('ask');
  actions.toggleRun();
  await vi.advanceTimersByTimeAsync(30);
  actions.edit({ kind: 'prompts', prompts: ['Who works at the inn?'] });
  actions.askPending();
  expect(kinds()).not.toContain('ask');
  expect(kinds().filter((kind) => kind === 'watch').length).toBeGreaterThan(2);
  actions.toggleRun();
  await vi.advanceTimersByTimeAsync(30);
  expect(kinds().filter((kind) => kind === 'ask')).toHaveLength(1);
});

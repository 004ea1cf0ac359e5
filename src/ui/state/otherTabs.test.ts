// Two tabs: the second says what the first trains, and offers its run when the first has ended it or is gone, however it went.
import { expect, it } from 'vitest';
import type { Channel } from './otherTabs.ts';
import { watchTabs } from './otherTabs.ts';
import { newRun } from './reduce.ts';
import { emptyState, makeStore } from './store.ts';

/** A channel as tabs of a browser share it: what one posts, all others hear. */
function sharedChannel() {
  const listeners: ((message: unknown) => void)[] = [];
  return (): Channel => {
    let own: ((message: unknown) => void) | null = null;
    return {
      post: (message) => {
        for (const listener of listeners) if (listener !== own) listener(structuredClone(message));
      },
      onMessage: (listener) => {
        own = listener;
        listeners.push(listener);
      },
    };
  };
}

/** Locks by name that fall free when the tab that holds them crashes. */
function tabLocks() {
  const held = new Map<string, string>();
  const waiting: { readonly name: string; readonly run: () => void }[] = [];
  const of = (owner: string): Pick<LockManager, 'request'> => ({
    request: ((name: string, run: () => unknown) => {
      if (held.has(name)) waiting.push({ name, run });
      else {
        held.set(name, owner);
        void run();
      }
      return new Promise(() => {});
    }) as LockManager['request'],
  });
  const crash = (owner: string): void => {
    for (const [name, tab] of held) if (tab === owner) held.delete(name);
    for (const one of waiting) if (!held.has(one.name)) one.run();
  };
  return { of, crash };
}

function twoTabs() {
  const channels = sharedChannel();
  const { of, crash } = tabLocks();
  let clock = 0;
  const open = (tab: string) => {
    const store = makeStore(emptyState('en', 'light'));
    const free: number[] = [];
    const { leave } = watchTabs(store, {
      channel: channels(),
      locks: of(tab),
      tab,
      now: () => clock,
      onFree: () => free.push(clock),
    });
    return { store, free, leave };
  };
  const later = (ms: number): void => {
    clock += ms;
  };
  return { open, crash, later };
}

const run = { ...newRun(emptyState('en', 'light').recipe), phase: 'running' as const };
const at = (step: number) =>
  ({ ...run, steps: [{ step }] as unknown as typeof run.steps, total: 90 }) as const;

it('tells a tab that opens later what another trains, and how it goes on', () => {
  const { open, later } = twoTabs();
  const first = open('a');
  first.store.setState({ run: at(3) });
  const second = open('b');
  const preset = run.recipe.preset;
  expect(second.store.getState().elsewhere).toEqual({ preset, step: 3, total: 0, works: true });
  first.store.setState({ run: at(4) });
  // At most once a second: a run of many steps a second is no flood.
  expect(second.store.getState().elsewhere?.step).toBe(3);
  later(1000);
  first.store.setState({ run: at(9) });
  expect(second.store.getState().elsewhere?.step).toBe(9);
  first.store.setState({ run: { ...at(9), phase: 'paused' } });
  expect(second.store.getState().elsewhere?.works).toBe(false);
  expect(first.store.getState().elsewhere).toBeNull();
  expect(second.free).toEqual([]);
});

it('offers the run when it has ended, when its tab is closed, and when that crashed', () => {
  for (const end of ['finished', 'closed', 'crashed'] as const) {
    const { open, crash } = twoTabs();
    const [first, second] = [open('a'), open('b')];
    first.store.setState({ run: at(3) });
    expect(second.store.getState().elsewhere?.step).toBe(3);
    if (end === 'finished') first.store.setState({ run: { ...at(90), phase: 'finished' } });
    if (end === 'closed') first.leave();
    if (end === 'crashed') crash('a');
    expect(second.store.getState().elsewhere, end).toBeNull();
    expect(second.free, end).toHaveLength(1);
  }
});

it('takes nothing from a message that it does not know', () => {
  const channels = sharedChannel();
  const store = makeStore(emptyState('en', 'light'));
  watchTabs(store, { channel: channels(), locks: null, tab: 'a', now: () => 0, onFree: () => {} });
  const stranger = channels();
  for (const message of [
    null,
    7,
    {},
    { from: 'b' },
    { from: 'b', run: { step: '3' } },
    { from: 1, run: null },
  ])
    stranger.post(message);
  expect(store.getState().elsewhere).toBeNull();
});

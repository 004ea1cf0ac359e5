// The place for a saved run: one tab's at a time, taken over when it falls free, and never waited for without end.
import { expect, it, vi } from 'vitest';
import { fakeLocks } from '../testing/fakeDisk.ts';
import type { Locks } from './place.ts';
import { placeOf } from './place.ts';

const code = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : error);
const taken = (taking: Promise<void>): Promise<unknown> => taking.then(() => 'taken', code);

it('is told to the second tab, which gets it when the first leaves', async () => {
  const locks = fakeLocks();
  const freed = vi.fn();
  const [first, second] = [placeOf(locks, () => {}), placeOf(locks, freed)];
  expect(await taken(first.take())).toBe('taken');
  expect(await taken(second.take())).toBe('save-elsewhere');
  expect(await taken(second.take())).toBe('save-elsewhere');
  first.leave();
  await vi.waitFor(() => expect(freed).toHaveBeenCalledTimes(1), { timeout: 600_000 });
  expect(await taken(second.take())).toBe('taken');
  expect(await taken(first.take())).toBe('save-elsewhere');
});

it('is one tab’s of two that go on at the same moment', async () => {
  const locks = fakeLocks();
  const tabs = [placeOf(locks, () => {}), placeOf(locks, () => {})];
  const told = await Promise.all(tabs.map((tab) => taken(tab.take(20))));
  expect(told.sort()).toEqual(['save-elsewhere', 'taken']);
});

it('is not kept waiting for by a tab that gave up', async () => {
  const locks = fakeLocks();
  const freed = vi.fn();
  const [first, second, third] = [placeOf(locks, () => {}), placeOf(locks, freed), placeOf(locks, () => {})];
  await first.take();
  await taken(second.take());
  second.leave();
  first.leave();
  await vi.waitFor(async () => expect(await taken(third.take())).toBe('taken'), { timeout: 600_000 });
  expect(freed).not.toHaveBeenCalled();
});

it('can’t be had where the lock manager rejects or throws', async () => {
  const rejects: Locks = {
    request: () => Promise.reject(new DOMException('insecure', 'SecurityError')),
    query: () => Promise.reject(new DOMException('insecure', 'SecurityError')),
  };
  const place = placeOf(rejects, () => {});
  expect(await taken(place.take())).toBe('save');
  expect(await place.isAnothers()).toBe(false);
});

it('can’t be had where the lock manager never answers', async () => {
  vi.useFakeTimers();
  const silent: Locks = { request: () => new Promise(() => {}), query: () => new Promise(() => {}) };
  const controller = new AbortController();
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(controller.signal);
  try {
    const taking = taken(placeOf(silent, () => {}).take());
    controller.abort();
    expect(await taking).toBe('save');
    const asking = placeOf(silent, () => {}).isAnothers();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await asking).toBe(false);
  } finally {
    vi.useRealTimers();
    vi.restoreAllMocks();
  }
});

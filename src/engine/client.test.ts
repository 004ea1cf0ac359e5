// The page's end with made-up workers: one whose script does not come is started again, hears what the first did not, and is told of in
// words that fit at last.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startEngine } from './client.ts';
import type { Command, Event } from './protocol.ts';

class FakeWorker {
  static readonly all: FakeWorker[] = [];
  readonly sent: Command[] = [];
  ended = false;
  onmessage: (message: { readonly data: unknown }) => void = () => {};
  onerror: (error: { readonly message?: string }) => void = () => {};

  constructor() {
    FakeWorker.all.push(this);
  }
  postMessage(command: Command): void {
    if (command.type !== 'ping') this.sent.push(command);
  }
  terminate(): void {
    this.ended = true;
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('location', { href: 'http://h/page/' });
  FakeWorker.all.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function engine() {
  const events: Event[] = [];
  const client = startEngine((event) => events.push(event));
  return { client, events, newest: () => FakeWorker.all.at(-1) ?? new FakeWorker() };
}

it('starts a worker again whose script did not come, and tells it everything', async () => {
  const { client, events, newest } = engine();
  client.send({ type: 'saved' });
  newest().onerror({});
  await vi.advanceTimersByTimeAsync(249);
  client.send({ type: 'pause' });
  expect(FakeWorker.all).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(FakeWorker.all).toHaveLength(2);
  expect(newest().sent.map(({ type }) => type)).toEqual(['saved', 'pause']);
  newest().onmessage({ data: { type: 'pong', guarded: false } });
  client.send({ type: 'stop' });
  expect(newest().sent.map(({ type }) => type)).toEqual(['saved', 'pause', 'stop']);
  expect(events).toEqual([]);
});

it('says at last that the program did not come', async () => {
  const { events, newest } = engine();
  for (let start = 0; start < 4; start++) {
    newest().onerror({});
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect(FakeWorker.all).toHaveLength(4);
  expect(events).toMatchObject([{ type: 'failed', error: { code: 'fetch-program' } }]);
  expect(JSON.stringify(events)).not.toContain('undefined');
});

it('does not start a worker again that broke, or that was there', async () => {
  const broken = engine();
  broken.newest().onerror({ message: 'SyntaxError' });
  expect(broken.events).toMatchObject([{ error: { code: 'worker-died' } }]);
  const later = engine();
  later.newest().onmessage({ data: { type: 'pong', guarded: false } });
  later.newest().onerror({});
  await vi.advanceTimersByTimeAsync(10_000);
  expect(later.events).toMatchObject([{ error: { code: 'worker-ended' } }]);
  expect(FakeWorker.all).toHaveLength(2);
});

it('starts nothing more once it was ended', async () => {
  const { client, newest } = engine();
  newest().onerror({});
  client.terminate();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(FakeWorker.all).toHaveLength(1);
});

it('ends a worker that says what is no event, and hears it no more', () => {
  const { events, newest } = engine();
  newest().onmessage({ data: { type: 'pong', guarded: false } });
  newest().onmessage({ data: { type: 'nobody knows this' } });
  newest().onmessage({ data: { type: 'phase', phase: 'running', done: 1, total: 2, note: '' } });
  expect(newest().ended).toBe(true);
  expect(events).toMatchObject([{ type: 'failed', error: { code: 'worker-strange' } }]);
  expect(JSON.stringify(events)).toContain('nobody knows this');
});

// The desk without a thread: what a reading costs, tells and answers, and that one that was given up says nothing more.
import { expect, it } from 'vitest';
import type { Event } from '../protocol.ts';
import { pyodideBytes } from '../python/host/browserHost.ts';
import { emptyReading as reading } from '../testing/emptyReading.ts';
import type { ReaderAnswer, ReaderPort, ReaderProgress } from './scriptDesk.ts';
import { ScriptDesk } from './scriptDesk.ts';

function desk() {
  const events: Event[] = [];
  const threads: {
    asked: number[];
    ended: boolean;
    progress: (told: ReaderProgress) => void;
    answer: (told: ReaderAnswer) => void;
    die: () => void;
  }[] = [];
  const start = (): ReaderPort => {
    let hear: Parameters<ReaderPort['onTold']>[0] = () => {};
    let fail: (error: Error) => void = () => {};
    const thread = {
      asked: [] as number[],
      ended: false,
      progress: (progress: ReaderProgress) => hear({ progress }),
      answer: (answer: ReaderAnswer) => hear({ answer }),
      die: () => fail(new Error('out of memory')),
    };
    threads.push(thread);
    return {
      ask: ({ id }) => void thread.asked.push(id),
      onTold: (listener) => {
        hear = listener;
      },
      onError: (listener) => {
        fail = listener;
      },
      terminate: () => {
        thread.ended = true;
      },
    };
  };
  const one = new ScriptDesk(start, (event) => events.push(event));
  const read = (id: number) => one.handle({ type: 'read-script', id, text: 'x', name: null, versions: {} });
  return { one, events, threads, read };
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

it('says what fetching costs until it has been fetched', async () => {
  const { one, events, threads, read } = desk();
  await one.handle({ type: 'script-cost' });
  const done = read(1);
  await settled();
  threads[0]?.progress({ loadedBytes: 5, totalBytes: 10 });
  threads[0]?.progress(null);
  threads[0]?.answer({ reading, worn: false });
  await done;
  await one.handle({ type: 'script-cost' });
  expect(events).toEqual([
    { type: 'script-cost', bytes: pyodideBytes },
    { type: 'script-progress', id: 1, phase: 'loading', loadedBytes: 5, totalBytes: 10 },
    { type: 'script-cost', bytes: 0 },
    { type: 'script-progress', id: 1, phase: 'running', loadedBytes: pyodideBytes, totalBytes: pyodideBytes },
    { type: 'script-read', id: 1, reading },
    { type: 'script-cost', bytes: 0 },
  ]);
});

it('keeps the thread for the next text, and ends it when Python is worn', async () => {
  const { threads, read } = desk();
  for (const [id, worn] of [
    [1, false],
    [2, true],
    [3, false],
  ] as const) {
    const done = read(id);
    await settled();
    threads.at(-1)?.answer({ reading, worn });
    await done;
  }
  expect(threads.map(({ asked, ended }) => [asked, ended])).toEqual([
    [[1, 2], true],
    [[3], false],
  ]);
});

it('ends a thread whose reading is given up, and hears nothing more of it', async () => {
  const { one, events, threads, read } = desk();
  void read(1);
  await settled();
  await one.handle({ type: 'cancel-script', id: 1 });
  threads[0]?.progress(null);
  threads[0]?.answer({ reading, worn: false });
  await settled();
  expect(threads[0]?.ended).toBe(true);
  expect(events).toEqual([]);
  const done = read(2);
  await settled();
  threads[1]?.answer({ reading, worn: false });
  await done;
  expect(events).toEqual([{ type: 'script-read', id: 2, reading }]);
});

it('answers a newer text in place of an older one', async () => {
  const { events, threads, read } = desk();
  void read(1);
  await settled();
  const done = read(2);
  await settled();
  expect(threads[0]?.ended).toBe(true);
  threads[1]?.answer({ reading, worn: false });
  await done;
  expect(events.map((event) => 'id' in event && event.id)).toEqual([2]);
});

it('tells of a thread that died', async () => {
  const { events, threads, read } = desk();
  const done = read(1);
  await settled();
  threads[0]?.die();
  await done;
  expect(events).toMatchObject([
    { type: 'script-failed', id: 1, error: { message: { en: expect.stringContaining('out of memory') } } },
  ]);
});

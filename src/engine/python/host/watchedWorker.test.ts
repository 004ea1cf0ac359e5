// Questions to a worker one at a time; one that is silent for too long is ended, and the next question starts another.
import { describe, expect, it } from 'vitest';
import { scriptHung } from './hostErrors.ts';
import type { Told, WorkerPort } from './watchedWorker.ts';
import { WatchedWorker } from './watchedWorker.ts';

type Port = WorkerPort<string, Told<number, string>>;

/** Answers `loud` questions, tells of progress at others, and says nothing to `silent`. */
function port(log: string[]): Port {
  let tell: (told: Told<number, string>) => void = () => {};
  let fail: (error: Error) => void = () => {};
  log.push('start');
  return {
    ask: (question) => {
      log.push(question);
      if (question === 'fails') fail(new Error('gone'));
      if (question === 'silent' || question === 'fails') return;
      tell({ progress: 1 });
      tell({ answer: `${question}!` });
    },
    onTold: (listener) => {
      tell = listener;
    },
    onError: (listener) => {
      fail = listener;
    },
    terminate: () => log.push('end'),
  };
}

describe('a watched worker', () => {
  it('answers in order, with what it says on the way, in one worker', async () => {
    const log: string[] = [];
    const seen: number[] = [];
    const worker = new WatchedWorker<string, number, string>(() => port(log), 1e6);
    const both = [worker.ask('a', (told) => seen.push(told)), worker.ask('b', (told) => seen.push(told))];
    expect(await Promise.all(both)).toEqual(['a!', 'b!']);
    expect(seen).toEqual([1, 1]);
    expect(log).toEqual(['start', 'a', 'b']);
  });

  it('is ended when it is silent or fails, and started again', async () => {
    const log: string[] = [];
    const worker = new WatchedWorker<string, number, string>(() => port(log), 1);
    const hung = await worker.ask('silent', () => {}).catch((error: unknown) => error);
    expect(scriptHung.is(hung)).toBe(true);
    await expect(worker.ask('fails', () => {})).rejects.toThrow('gone');
    expect(await worker.ask('c', () => {})).toBe('c!');
    expect(log).toEqual(['start', 'silent', 'end', 'start', 'fails', 'end', 'start', 'c']);
  });
});

// The order of parts: in turn, as many at once as are asked for, none before what it waits for.
import { expect, test } from 'vitest';
import type { Task } from './schedule.ts';
import { runInTurn } from './schedule.ts';

/** What began and ended, in turn; every task ends when all that could begin have. */
async function told(tasks: readonly Task[], atOnce: number): Promise<string[]> {
  const lines: string[] = [];
  await runInTurn(tasks, atOnce, async ({ name }) => {
    lines.push(`+${name}`);
    await new Promise((resolve) => setImmediate(resolve));
    lines.push(`-${name}`);
  });
  return lines;
}

const [a, b, c] = ['a', 'b', 'c'].map((name): Task => ({ name })) as [Task, Task, Task];

test('one at a time runs in order', async () => {
  expect(await told([a, b, c], 1)).toEqual(['+a', '-a', '+b', '-b', '+c', '-c']);
});

test('two at a time: a third begins when one has ended', async () => {
  const lines = await told([a, b, c], 2);
  expect(lines.slice(0, 3)).toEqual(['+a', '+b', '-a']);
  expect(lines.indexOf('+c')).toBeGreaterThan(2);
  expect(lines).toHaveLength(6);
});

test('who waits for another lets the next go first, and begins when that has ended', async () => {
  const lines = await told([a, { ...b, after: ['a'] }, c], 2);
  expect(lines.slice(0, 2)).toEqual(['+a', '+c']);
  expect(lines.indexOf('+b')).toBeGreaterThan(lines.indexOf('-a'));
});

test('what does not run at all is not waited for', async () => {
  expect(await told([{ ...b, after: ['a'] }], 2)).toEqual(['+b', '-b']);
});

test('a circle is told, and a task that fails ends the whole', async () => {
  const circle = [
    { ...a, after: ['b'] },
    { ...b, after: ['a'] },
  ];
  await expect(told(circle, 2)).rejects.toThrow('These wait for one another: a, b.');
  await expect(runInTurn([a, b], 1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});

// The watcher: a program is ended when it makes no progress, however long the whole takes, and the test that hung is named.
// Time is the test's own (fake timers), so that nothing here depends on how fast the machine is.
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { run } from './process.ts';
import { RunnerProgress, telling } from './progress.ts';

const quietMs = 1000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Runs a script of Node; `progress` judges its lines. */
const node = (code: string, progress?: (line: string) => boolean) =>
  run(process.execPath, ['-e', code], { cwd: '.', quietMs, ...(progress && { progress }) });

const tenLines = "for (let i = 0; i < 10; i++) console.log('line ' + i)";

test('a program that cannot start or fails is told apart from one that hangs', async () => {
  expect(await run('no-such-program', [], { cwd: '.', quietMs })).toMatchObject({
    status: null,
    stalled: false,
  });
  expect(await node("console.log('out'); console.error('err'); process.exit(3)")).toMatchObject({
    status: 3,
    output: expect.stringMatching(/out\n/),
    stalled: false,
  });
});

test('a program may take many times the quiet time as long as it makes progress', async () => {
  let seen = 0;
  const done = await node(tenLines, () => {
    seen += 1;
    vi.advanceTimersByTime(0.9 * quietMs);
    return true;
  });
  expect(seen).toBe(10);
  expect(done).toMatchObject({ status: 0, stalled: false });
});

test('lines that show no progress do not keep a program alive', async () => {
  const done = await node(`${tenLines}; setInterval(() => {}, 1000)`, () => {
    vi.advanceTimersByTime(0.11 * quietMs);
    return false;
  });
  expect(done).toMatchObject({ status: null, stalled: true });
});

test('a program that says something and then hangs is ended with what it started', async () => {
  const child = `const { spawn } = require('node:child_process');
    console.log(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid); setInterval(() => {}, 1000)`;
  const done = await node(child, () => {
    setImmediate(() => vi.advanceTimersByTime(quietMs));
    return true;
  });
  expect(done).toMatchObject({ status: null, stalled: true });
  const pid = Number(done.output);
  expect(pid).toBeGreaterThan(0);
  vi.useRealTimers();
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 600_000 });
});

/** Whether a process runs; one that is dead and not yet collected by its new parent does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !(existsSync(stat) && / Z /.test(readFileSync(stat, 'utf8')));
}

test('the runner that hangs is told with the test that was running, also when that never yields', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hangs-'));
  const setup = resolve('tools/check/tellTests.ts');
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `export default { test: { testTimeout: 0, setupFiles: [${JSON.stringify(setup)}], globals: true } };`,
  );
  writeFileSync(
    join(folder, 'some.test.js'),
    "test('quick', () => {}); describe('group', () => test('loops for ever', () => { for (;;); }));",
  );
  const seen = new RunnerProgress();
  const done = await run(resolve('node_modules/.bin/vitest'), ['run', '--root', folder], {
    cwd: folder,
    quietMs,
    env: telling,
    progress: (line) => {
      const told = seen.take(line);
      if (/started .*loops/.test(line)) setImmediate(() => vi.advanceTimersByTime(quietMs));
      return told;
    },
  });
  expect(done.stalled).toBe(true);
  expect(seen.where()).toBe('1 ended before; running: some.test.js > group > loops for ever, some.test.js');
});

test('what a runner tells is taken out of its output', () => {
  const seen = new RunnerProgress();
  const output = ['::started a', '::started a > b', 'a word', '::finished a > b', '::finished a'];
  expect(output.map((line) => seen.take(line))).toEqual([true, true, false, true, true]);
  expect(seen.where()).toBe('2 ended before; running: nothing');
  expect(RunnerProgress.strip(output.join('\n'))).toBe('a word');
});

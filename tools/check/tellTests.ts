// Loaded by Vitest before every file of tests: tells the check which file and which test is running (progress.ts), where the
// check asks for it. It writes from the process that runs the test: what a reporter hears of a test that never yields comes too late.
import { relative } from 'node:path';
import type { TestContext } from 'vitest';
import { afterAll, afterEach, beforeEach, expect } from 'vitest';
import { tell, tellsTests } from './progress.ts';

/** The file, the groups and the name, as Vitest prints them. */
function nameOf(task: TestContext['task']): string {
  const names = [task.name];
  for (let group = task.suite; group; group = group.suite) names.unshift(group.name);
  return [task.file.name, ...names].join(' > ');
}

if (tellsTests()) {
  // The file is loaded next, and that may hang too.
  const file = relative(process.cwd(), expect.getState().testPath ?? 'a file');
  tell('started', file);
  beforeEach(({ task }) => tell('started', nameOf(task)));
  afterEach(({ task }) => tell('finished', nameOf(task)));
  afterAll(() => tell('finished', file));
}

// A few cells of docs/reliability.md by the code of `npm run faults`: a run that loses its page, and three more that a seed draws. The
// losses stay those of the unbroken run, or the page says what is wrong and nothing is lost that could be kept.
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { cellsOf } from '../tools/faults/cells.ts';
import type { Driver } from '../tools/faults/driver.ts';
import { openDriver } from '../tools/faults/driver.ts';
import { isGood } from '../tools/faults/verdict.ts';

/** Draws a worker, the locks and a device; any cell is run by `npm run faults -- --only NAME`. */
const SEED = 26;
const cells = [...cellsOf('tabs: reloaded, mid-run', 1, SEED), ...cellsOf(undefined, 3, SEED)];

// One after the other in one browser, beside that of the other journeys.
test.describe.configure({ mode: 'serial' });

let driver: Driver;
test.beforeAll(async () => {
  driver = await openDriver('Chromium', join(import.meta.dirname, '..', 'dist'));
});
test.afterAll(() => driver.close());

for (const { fault, moment, name } of cells)
  test(name, async () => {
    const outcome = await driver.run(fault, moment);
    expect(isGood(outcome), `${outcome.verdict}: ${outcome.said}`).toBe(true);
  });

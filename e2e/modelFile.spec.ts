// A GGUF model through the file picker: it is read, named, trained in its own blocks; loading shows bytes, speed and time,
// and can be given up; the page never blocks. SmolLM2 where a person has put its file, else a file of the same shape made here.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, losses, open, test } from './playground.ts';
import { syntheticModel } from './syntheticModel.ts';

const real = 'models/SmolLM2-135M-Instruct.Q4_1.gguf';
const settings =
  'preset=town-facts&train.max_steps=5&train.per_device_train_batch_size=2&generate.max_new_tokens=8&lora.r=8';

async function choose(page: Page, path: string): Promise<void> {
  await page.getByRole('button', { name: /^Base model/ }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a model file' }).click();
  await (await chooser).setFiles(path);
}

/** Longest time between two frames' worth of timer ticks, measured in the page from now on. */
async function watchThread(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    let last = performance.now();
    let worst = 0;
    const tick = (): void => {
      const now = performance.now();
      worst = Math.max(worst, now - last);
      last = now;
      setTimeout(tick, 0);
    };
    tick();
    const longTasks: number[] = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) longTasks.push(entry.duration);
    }).observe({ type: 'longtask' });
    Object.assign(window, { longestTask: () => Math.max(0, ...longTasks), worstGap: () => worst });
  });
  return () => page.evaluate(() => (window as unknown as { longestTask(): number }).longestTask());
}

test('a model file is opened, trained and left', async ({ page }, info) => {
  test.setTimeout(420_000);
  const path = existsSync(real) ? real : await syntheticModel(info.outputPath('synthetic.gguf'));
  await open(page, settings);
  const longest = await watchThread(page);
  await choose(page, path);
  await expect(page.getByRole('button', { name: /^Base model/ })).not.toContainText('embedded', {
    timeout: 30_000,
  });
  await expect(page).toHaveURL(new RegExp(`model=[0-9a-f]{16}~${basename(path).replaceAll('.', '\\.')}`));
  await expect(page.locator('.estimate')).toContainText(/weights [\d.]+ M/);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText(
    /loading the model, [\d.]+ \w+ of [\d.]+ MB · [\d.]+ \w+\/s · .* left/,
  );
  await expect(page.locator('.progress')).toHaveText(/finished, 5 steps/, { timeout: 360_000 });
  const { steps, first, last } = await losses(page);
  expect(steps).toBe(5);
  expect(last).toBeLessThan(first);
  // Long tasks are reported from 50 ms on.
  expect(await longest()).toBeLessThan(50);
});

test('loading is given up at once, and another model can be chosen', async ({ page }, info) => {
  const path = existsSync(real) ? real : await syntheticModel(info.outputPath('synthetic.gguf'));
  await open(page, settings);
  await choose(page, path);
  await expect(page.getByRole('button', { name: /^Base model/ })).not.toContainText('embedded', {
    timeout: 30_000,
  });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText(/loading the model, /);
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText(/ready/, { timeout: 5_000 });
  await page.getByRole('button', { name: /^Base model/ }).click();
  await page.getByRole('button', { name: 'Use the embedded model' }).click();
  await expect(page.getByRole('button', { name: /^Base model/ })).toContainText('embedded');
});

test('a file that is none is refused by name, with what to do', async ({ page }) => {
  await open(page);
  await choose(page, 'README.md');
  await expect(page.getByRole('alert')).toContainText(/README\.md, byte 0 .*no GGUF file.*\.gguf/);
});

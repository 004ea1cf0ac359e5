// A GGUF model through the file picker: it is read, named, trained in its own blocks; loading shows bytes, speed and time,
// and can be given up; the page never blocks. SmolLM2 where a person has put its file, else a file of the same shape made here.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, losses, open, test } from './playground.ts';
import { syntheticModel } from './syntheticModel.ts';

const real = process.env.SMOLLM2_GGUF ?? 'models/SmolLM2-135M-Instruct.Q4_1.gguf';
const settings =
  'preset=town-facts&train.max_steps=5&train.per_device_train_batch_size=2&generate.max_new_tokens=8&lora.r=8';

async function choose(page: Page, path: string): Promise<void> {
  await page.getByRole('button', { name: /^Base model/ }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a model file' }).click();
  await (await chooser).setFiles(path);
}

interface Watch {
  readonly said: string[];
  longestTask: number;
}

/** Notes every text of the progress line and every task of 50 ms or more from now on. */
async function watch(page: Page): Promise<() => Promise<Watch>> {
  await page.evaluate(() => {
    const watched: Watch = { said: [], longestTask: 0 };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        watched.longestTask = Math.max(watched.longestTask, duration);
    }).observe({ type: 'longtask' });
    const line = document.querySelector('.progress');
    if (line)
      new MutationObserver(() => watched.said.push(line.textContent ?? '')).observe(line, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    Object.assign(window, { watched });
  });
  return () => page.evaluate(() => (window as unknown as { watched: Watch }).watched);
}

test('a model file is opened, trained and left', async ({ page }, info) => {
  test.setTimeout(420_000);
  const path = existsSync(real) ? real : syntheticModel(info.outputPath('synthetic.gguf'));
  await open(page, settings);
  const seen = await watch(page);
  await choose(page, path);
  await expect(page.getByRole('button', { name: /^Base model/ })).not.toContainText('embedded', {
    timeout: 30_000,
  });
  await expect(page).toHaveURL(new RegExp(`model=[0-9a-f]{16}~${basename(path).replaceAll('.', '\\.')}`));
  await expect(page.locator('.estimate')).toContainText(/weights [\d.]+ M/);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText(/finished, 5 steps/, { timeout: 360_000 });
  const { steps, first, last } = await losses(page);
  expect(steps).toBe(5);
  expect(last).toBeLessThan(first);
  const { said, longestTask } = await seen();
  expect(said.join('\n')).toMatch(
    /loading the model, [\d.]+ MiB of [\d.]+ MiB · [\d.]+ MiB\/s · [\d:]+ left/,
  );
  // The browser reports tasks from 50 ms on.
  expect(longestTask).toBeLessThan(50);
});

test('loading is given up at once, and another model can be chosen', async ({ page }, info) => {
  const path = existsSync(real) ? real : syntheticModel(info.outputPath('synthetic.gguf'));
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

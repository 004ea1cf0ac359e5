// Runs: a sweep of two goes by itself, each is kept under what differs, chart and table say where they ended; the rows of the last by their
// loss; a new run from the adapter of a kept one.
import { expect, faults, open, test } from './playground.ts';

// How a run is computed is not what these journeys are about.
test.use({ backend: 'ort' });

test('sweeps a setting, shows where the runs ended, scores rows, and goes on from a kept adapter', async ({
  page,
}) => {
  const tiny = 'train.max_steps=2&train.per_device_train_batch_size=1&generate.max_new_tokens=1';
  await open(page, `${tiny}&data.test_size=0.05&train.eval_steps=2`);
  await page.locator('h1').click();
  await page.keyboard.press('h');
  await page.getByRole('tab', { name: 'Queue and sweep' }).click();
  await page.getByLabel('Values of learning_rate').fill('1e-3, much');
  await expect(page.getByText(/learning_rate: expected/)).toBeVisible();
  await page.getByLabel('Values of learning_rate').fill('1e-3, 1e-2');
  await expect(page.getByText(/2 runs of a grid of 2\. In all .+; [\d.]+ MiB/)).toBeVisible();
  await page.getByRole('button', { name: 'Start the sweep' }).click();
  await expect(page.getByRole('table', { name: 'Queue' }).getByRole('row')).toHaveCount(3);
  const swept = page.getByRole('table', { name: /Runs of the sweep/ });
  await expect(swept.getByRole('cell', { name: 'ended' })).toHaveCount(2);
  await expect(page.locator('.sweep-point')).toHaveCount(2);
  await expect(page.locator('.sweep-tick')).toHaveText(['1e-3', '0.01']);
  expect(await faults(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Rows by loss' }).click();
  await page.getByRole('button', { name: 'Score the eval split' }).click();
  await expect(page.getByText(/held-out rows, after step 2/)).toBeVisible();
  await page
    .getByRole('button', { name: /^Show the tokens of row/ })
    .first()
    .click();
  await expect(page.locator('.scored-number').first()).toHaveText(/^\d/);
  expect(await faults(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Kept' }).click();
  const kept = page.getByRole('table', { name: 'Kept runs' });
  await expect(kept.getByRole('row')).toHaveCount(3);
  await kept
    .getByRole('button', { name: 'Begin a new run from the adapter of ships-log · learning_rate 0.01' })
    .click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'LoRA' })).toContainText('ships-log · learning_rate 0.01');
});

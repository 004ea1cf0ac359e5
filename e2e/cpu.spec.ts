// A browser without WebGPU: the page says what happened and trains on the CPU, without freezing.
import { expect, losses, open, test } from './playground.ts';

test('says that the CPU runs, how to get WebGPU, and trains', async ({ page }) => {
  test.setTimeout(330_000);
  await open(page);
  const banner = page.getByRole('region', { name: 'Training on the CPU' });
  await expect(banner).toContainText('only slower');
  await banner.getByText('How to get WebGPU').click();
  await expect(banner).toContainText('Firefox');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText(/step \d+ \/ 60/, { timeout: 120_000 });
  // While the worker computes, the page still answers a key within a second.
  const asked = Date.now();
  await page.keyboard.press('s');
  await expect(page.getByRole('dialog')).toBeVisible();
  expect(Date.now() - asked).toBeLessThan(1000);
  await page.keyboard.press('Escape');
  await expect(page.locator('.progress')).toHaveText('finished, 60 steps', { timeout: 300_000 });
  const { first, last } = await losses(page);
  expect(last).toBeLessThanOrEqual(first / 2);
  const before = await page.locator('.answer-before .answer-text').first().textContent();
  await expect(page.locator('.answer-after .answer-text').first()).not.toHaveText(before ?? '');
});

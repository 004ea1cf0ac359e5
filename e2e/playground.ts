// What every journey needs: opening the page, waiting for the strip, reading losses, and failing on any complaint of
// the browser (blocked by the policy, thrown, not found).
import type { Page } from '@playwright/test';
import { test as base, expect } from '@playwright/test';

export { expect };

export const test = base.extend<{ readonly complaints: string[] }>({
  complaints: [
    async ({ page }, use) => {
      const complaints = listen(page);
      await use(complaints);
      expect(complaints, 'the browser complained').toEqual([]);
    },
    { auto: true },
  ],
});

/** Gathers errors of the page's console and what it throws. */
export function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}

/** Opens the page with the settings of a link, `train.max_steps=4&lora.r=4`, and waits for the strip. */
export async function open(page: Page, settings = ''): Promise<void> {
  await page.goto(settings === '' ? './' : `./#v=1&${settings}`);
  await expect(page.locator('.strip-cells')).toBeVisible();
}

/** Presses Train and waits until the run has finished. */
export async function trainToTheEnd(page: Page, timeout = 110_000): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText(/finished, \d+ steps/, { timeout });
}

/** First and last loss from the chart's sentence for screen readers. */
export async function losses(
  page: Page,
): Promise<{ readonly steps: number; readonly first: number; readonly last: number }> {
  const sentence = await page.locator('figcaption').first().textContent();
  const found = /Loss: (\d+) steps, from ([\d.e+-]+) to ([\d.e+-]+)/.exec(sentence ?? '');
  if (found === null) throw new Error(`no losses in "${sentence}"`);
  return { steps: Number(found[1]), first: Number(found[2]), last: Number(found[3]) };
}

/** How far the page is wider than its window, in pixels. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

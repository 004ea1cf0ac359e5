// Everyone reaches everything: axe in both themes and languages, no sideways scrolling from 360 to 2560 px, sheets on a
// narrow page, the keyboard in the tree.
import type { Locator, Page } from '@playwright/test';
import { expect, faults, open, overflow, reach, alone as test } from './playground.ts';

// How a run is computed is not what these journeys are about.
test.use({ backend: 'ort' });

for (const colorScheme of ['light', 'dark'] as const) {
  for (const locale of ['en-US', 'zh-CN']) {
    test.describe(`${colorScheme} ${locale}`, () => {
      test.use({ colorScheme, locale });
      test('axe finds nothing before a run, in a failure, and in the share dialog', async ({ page }) => {
        await open(page);
        await expect(page.locator('.tree-row').first()).toBeVisible();
        expect(await faults(page)).toEqual([]);
        await page.keyboard.press('s');
        await expect(page.getByRole('dialog')).toBeVisible();
        expect(await faults(page)).toEqual([]);
        await open(page, 'preset=element-0');
        await page.reload();
        await expect(page.locator('.failure')).toBeVisible();
        expect(await faults(page)).toEqual([]);
      });
    });
  }
}

test('nothing scrolls sideways from 360 to 2560 px', async ({ page }) => {
  for (const preset of ['ships-log', 'element-0']) {
    await open(page, `preset=${preset}`);
    await page.reload();
    for (const width of [360, 390, 600, 699, 700, 900, 950, 1021, 1024, 1100, 1179, 1180, 1440, 1920, 2560]) {
      await page.setViewportSize({ width, height: 900 });
      await expect(page.locator('.strip-cells')).toBeVisible();
      expect(await overflow(page), `${preset} at ${width} px`).toBeLessThanOrEqual(0);
    }
    // What a load says is longer than the bar has room for.
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.locator('.progress').evaluate((line) => line.append(' · 38 MiB/s · 0:00 left'.repeat(4)));
    expect(await overflow(page), `${preset} with much to say`).toBeLessThanOrEqual(0);
  }
});

test.describe('narrow', () => {
  test.use({ viewport: { width: 390, height: 844 } });
  test('recipe and parameters open as sheets, and a strip cell leads to its rows', async ({ page }) => {
    await open(page);
    await page.getByRole('button', { name: 'Recipe' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'r', exact: true }).fill('4');
    await page.keyboard.press('Escape');
    await page.getByRole('option', { name: /output of layer 2:/ }).click();
    await expect(page.getByRole('dialog').locator('.tree-row-selected').first()).toContainText(
      'model.layers.2',
    );
    expect(await faults(page)).toEqual([]);
  });
});

test('the tree answers arrows, Home and End', async ({ page }) => {
  await open(page);
  const rows = page.locator('.tree-row');
  await rows.first().focus();
  await page.keyboard.press('End');
  await expect(rows.last()).toBeFocused();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await expect(rows.nth(1)).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowLeft');
  await expect(rows.nth(1)).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(rows.nth(2)).toBeFocused();
  await page.keyboard.press('ArrowLeft');
});

/** Tabs on until what is wanted has the focus, as nobody else could who has no pointer. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await expect(wanted).toBeVisible();
  const has = (): Promise<boolean> => wanted.evaluate((element) => element === document.activeElement);
  for (let pressed = 0; !(await has()); pressed++) {
    expect(pressed, `Tab never came to ${wanted}`).toBeLessThan(60);
    await page.keyboard.press('Tab');
  }
}

test('the keyboard alone asks, trains, reads the answers, takes home and shares', async ({ page }) => {
  await open(page, 'train.max_steps=2&train.per_device_train_batch_size=1&generate.max_new_tokens=2');
  await page.keyboard.press('Tab');
  await expect(page.locator('.skip')).toBeFocused();
  await page.keyboard.press('Enter');
  const question = page.getByRole('textbox', { name: 'Your question' });
  await tabTo(page, question);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('Where is the mill?');
  await page.keyboard.press('Enter');
  await expect(page.locator('.answer-now .try-text')).not.toHaveText('thinking …');
  await tabTo(page, page.locator('.try-train'));
  await page.keyboard.press('Enter');
  await reach(page, /^finished, 2 steps/);
  // The button went with the first screen, the keyboard stays in the centre.
  await expect(page.locator('#result')).toBeFocused();
  const answer = page.locator('.answer').first();
  await tabTo(page, answer.getByRole('textbox'));
  await expect(answer.getByRole('textbox')).toHaveValue('Where is the mill?');
  await expect(answer).toContainText('After 2 steps');
  await tabTo(page, page.getByRole('button', { name: 'PEFT (zip)' }));
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
  await page.keyboard.press('s');
  const share = page.getByRole('dialog');
  await tabTo(page, share.getByRole('checkbox', { name: /Include the losses/ }));
  await page.keyboard.press('Space');
  await expect(share.getByRole('textbox', { name: 'Link' })).toHaveValue(/[#&]fp=/);
  await tabTo(page, share.getByRole('button', { name: 'Copy link' }));
  await page.keyboard.press('Escape');
  await expect(share).toHaveCount(0);
});

test('language and theme are remembered, and the theme stands before the first paint', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.getByRole('button', { name: '训练', exact: true })).toBeVisible();
  await page.getByRole('button', { name: '主题' }).click();
  await page.getByRole('menuitemradio', { name: '深色' }).click();
  await page.reload({ waitUntil: 'commit' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
});

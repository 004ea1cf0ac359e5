// The first screen as a newcomer sees it: what stands on it without scrolling, the strip that is played, cards, the tour.
import type { Locator } from '@playwright/test';
import { expect, faults, open, reach, alone as test, watchShifts } from './playground.ts';

// How a run is computed is not what these journeys are about.
test.use({ backend: 'ort' });

/** Everything that is named for the first screen. */
const named = [
  '.what',
  'role=button[name="Teach it something"]',
  'main >> role=button[name="Paste a script or an error"]',
  '.try input',
  '.answer-now',
  '.try-train',
  '.strip-cells',
  '.preset-card:last-child',
];

/** Words of which an end is not shown. */
const cutOff = (parts: Locator): Promise<readonly string[]> =>
  parts.evaluateAll((all) =>
    all
      .filter((one) => !one.matches('input, .unseen') && getComputedStyle(one).overflowX !== 'visible')
      .filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)
      .map((one) => one.textContent),
  );

for (const [width, height] of [
  [1280, 800],
  [390, 844],
] as const) {
  test.describe(`${width}×${height}`, () => {
    test.use({ viewport: { width, height } });
    test('holds what a newcomer needs, without scrolling, in words of people', async ({ page }) => {
      await open(page);
      await expect(page.locator('.answer-now')).toContainText('Mill Street');
      for (const one of named) await expect(page.locator(one).first()).toBeInViewport({ ratio: 1 });
      await expect(page.locator('.preset-card')).toHaveCount(7);
      expect(await cutOff(page.locator('.doors *, .try *, .presets *'))).toEqual([]);
      const words = (await page.getByRole('main').allInnerTexts()).join();
      for (const jargon of ['GFLOP', '<|', 'rg ', 'requires_grad']) expect(words).not.toContain(jargon);
      expect(await faults(page)).toEqual([]);
      const cut = page.locator('.preset-card > *');
      expect(
        await cut.evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).length),
      ).toBe(0);
      if (width > 390) {
        // A setting's slider has a knob to take hold of, and pointing at a cell of the strip moves nothing.
        const knob = await page.locator('.recipe .slider-thumb').first().boundingBox();
        expect(Math.min(knob?.width ?? 0, knob?.height ?? 0)).toBeGreaterThanOrEqual(10);
        const shifted = await watchShifts(page);
        await page.getByRole('option', { name: /^output of layer 2/ }).hover();
        await expect(page.getByText(/^output of layer 2/)).toBeVisible();
        expect(await shifted()).toBe(0);
        return;
      }
      // Below a run the doors at the page's end are far away.
      await page.locator('.bar [data-part=menu]').click();
      await page.getByRole('menuitem', { name: 'Recipe' }).click();
      await expect(page.getByRole('dialog', { name: 'Recipe' })).toBeVisible();
    });
  });
}

test.describe('reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });
  test('the strip is cut and mended by presses, and plays nothing by itself', async ({ page }) => {
    await open(page);
    await expect(page.locator('.answer-now')).toContainText('Mill Street');
    await page.getByRole('button', { name: /Watch it break/ }).click();
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(page.locator('.strip-scissors')).toBeVisible();
    await expect(page.locator('.strip-question')).toContainText('No: the loss has no grad_fn');
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(page.locator('.strip-question')).toContainText(/Yes: all \d+ adapter tensors/);
    await expect(page.locator('.strip-bracket-name')).toContainText('non-reentrant');
    await page.getByRole('button', { name: 'Next' }).click();
    await expect(page.locator('.strip-bracket')).toHaveCount(0);
    // The recipe was never another.
    await expect(page.getByText('As the preset has it')).toBeVisible();
  });
});

test('the strip plays once by itself, and the recipe stays', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page);
  await expect(page.locator('.strip-scissors')).toBeVisible();
  const shifted = await watchShifts(page);
  await expect(page.locator('.strip-bracket-name')).toContainText('non-reentrant');
  await expect(page.getByRole('button', { name: /Watch it break/ })).toBeVisible();
  // Its answer is now a line, now two.
  expect(await shifted()).toBeLessThan(0.001);
  await expect(page.getByText('As the preset has it')).toBeVisible();
});

test('a question is answered before any run, and a card chosen from below is shown', async ({ page }) => {
  await open(page);
  const question = page.getByRole('textbox', { name: 'Your question' });
  await question.fill('Who works at the inn?');
  await question.press('Enter');
  await expect(page.locator('.answer-now')).toContainText('Greta');
  await page.setViewportSize({ width: 1280, height: 500 });
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await page.getByRole('button', { name: /The silent failure/ }).click();
  await expect(page.locator('.failure-message')).toHaveText(
    'The loss has a grad_fn, and no parameter learns',
  );
  await expect(page.locator('.strip-question')).toBeInViewport();
  await page.getByRole('button', { name: /New facts/ }).click();
  await expect(page.locator('.failure')).toHaveCount(0);
  await expect(page.locator('.try-train')).toHaveText('Train on 28 examples');
});

test('behind a fix the bar says nothing of the old error', async ({ page }) => {
  await open(page, 'preset=element-0&train.max_steps=2');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText('stopped at the first backward');
  await page
    .getByRole('button', { name: /^Apply: / })
    .first()
    .click();
  await expect(page.locator('.progress')).toHaveText('ready');
});

test('the tour breaks, mends, trains and takes home by Space, and Esc leaves it', async ({ page }) => {
  // Far more steps than are trained before Pause is pressed.
  await open(page, 'train.max_steps=4000&train.per_device_train_batch_size=1&generate.max_new_tokens=2');
  await page.getByRole('button', { name: 'Tour' }).click();
  const tour = page.getByRole('region', { name: 'Tour' });
  await expect(tour).toContainText('Break it');
  await page.keyboard.press('Escape');
  await expect(tour).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Tour' })).toBeFocused();
  await page.getByRole('button', { name: 'Tour' }).click();
  await expect(tour).toContainText('Break it');
  await page.keyboard.press('Space');
  await expect(page.locator('.strip-scissors')).toBeVisible();
  await page.keyboard.press('Space');
  await expect(tour).toContainText('Fix it');
  expect(await faults(page)).toEqual([]);
  await expect(tour.getByRole('button', { name: 'Apply the fix' })).toBeEnabled();
  await page.keyboard.press('Space');
  await expect(page.locator('.strip-question')).toContainText(/Yes: all/);
  await page.keyboard.press('Space');
  await expect(tour).toContainText('Train it');
  await page.keyboard.press('Space');
  await reach(page, /^step \d+ \/ \d+/);
  await page.keyboard.press('Space');
  await expect(tour).toContainText('Take it home');
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(tour.getByRole('button', { name: 'Save the adapter' })).toBeEnabled();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Space')]);
  expect(download.suggestedFilename()).toBe('adapter.zip');
  await page.keyboard.press('Space');
  await expect(tour).toHaveCount(0);
});

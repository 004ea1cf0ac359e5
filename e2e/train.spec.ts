// The first journey: open, press Train, see the loss fall and the answer change; pause, step and reset on the way; answers that change while
// the model learns, on a page that holds still.
import {
  alone,
  expect,
  faults,
  losses,
  open,
  reach,
  test,
  trainToTheEnd,
  watchShifts,
} from './playground.ts';

// A third of the default's steps at twice its rate; Firefox trains the default to its end (e2e/firefox/trains.ts).
test('trains the default preset: the loss halves and the answers change', async ({ page }) => {
  await open(page, 'train.max_steps=20&train.learning_rate=0.01');
  await expect(page.locator('.strip-question')).toContainText(/Yes: all \d+ adapter tensors receive one/);
  await page.getByText('The examples it learns from').click();
  await expect(page.getByText('What will be trained')).toBeVisible();
  await expect(page.locator('.token-trained').nth(1)).toBeVisible();
  await trainToTheEnd(page);
  const { steps, first, last } = await losses(page);
  expect(steps).toBe(20);
  expect(last).toBeLessThanOrEqual(first / 2);
  const before = await page.locator('.answer-before .answer-text').first().textContent();
  const after = await page.locator('.answer-after .answer-text').first().textContent();
  expect(before).toBeTruthy();
  expect(after).toBeTruthy();
  expect(after).not.toBe(before);
  await expect(page.locator('.norm-bar').first()).toBeVisible();
});

test('pauses with Space, steps with the full stop, goes on, and resets after asking', async ({ page }) => {
  await open(page, 'train.max_steps=8&train.per_device_train_batch_size=1&generate.max_new_tokens=2');
  await page.locator('h1').click();
  await page.keyboard.press('Space');
  await reach(page, /^step \d+ \/ 8/);
  await page.keyboard.press('Space');
  await expect(page.locator('.progress')).toHaveText(/paused at step \d+ \/ 8/);
  const paused = Number(/step (\d+)/.exec((await page.locator('.progress').textContent()) ?? '')?.[1]);
  await page.keyboard.press('.');
  await expect(page.locator('.progress')).toHaveText(`paused at step ${paused + 1} / 8`);
  await page.getByRole('button', { name: 'Resume' }).click();
  await reach(page, /^finished, 8 steps/);
  await page.keyboard.press('r');
  await page.getByRole('button', { name: 'Reset the run' }).click();
  await expect(page.getByRole('button', { name: /^Train on \d+ examples/ })).toBeVisible();
});

alone('answers change while it learns, the page holds still, and the slider goes back', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const few = 'train.max_steps=24&train.per_device_train_batch_size=2&train.learning_rate=0.01';
  await open(page, `${few}&generate.max_new_tokens=12`);
  await page.locator('.try-train').click();
  await reach(page, /^step [1-9]\d* \/ 24/);
  await expect(page.locator('.answer-before .answer-text').first()).toBeInViewport();
  await expect(page.locator('.answer-after').first()).toContainText(/After \d+ step/);
  const shifted = await watchShifts(page);
  const shown = page.locator('.answer-after .answer-text').first();
  await reach(page, /^finished, 24 steps/);
  expect(await shifted()).toBeLessThan(0.01);
  const last = await shown.textContent();
  const slider = page.getByRole('slider', { name: 'Step whose answers are shown' });
  await slider.press('Home');
  await expect(page.locator('.answer-after').first()).toContainText('After 2 steps');
  await expect(shown).toHaveText(
    (await page.locator('.answer-before .answer-text').first().textContent()) ?? '',
  );
  await slider.press('End');
  await expect(shown).toHaveText(last ?? '');
  expect(await faults(page)).toEqual([]);
});

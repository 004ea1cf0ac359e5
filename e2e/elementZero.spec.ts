// The journey that brings people here: the error, its cause, and the fix with one press.
import { expect, open, reach, test } from './playground.ts';

// How a run is computed is not what these journeys are about.
test.use({ backend: 'ort' });

const words = 'element 0 of tensors does not require grad and does not have a grad_fn';

test('shows, reproduces, explains and repairs element 0', async ({ page }) => {
  await open(
    page,
    'preset=element-0&train.max_steps=2&train.per_device_train_batch_size=1&generate.max_new_tokens=2',
  );
  await expect(page.locator('.strip-question')).toContainText('No: the loss has no grad_fn');
  await expect(page.locator('.strip-scissors')).toBeVisible();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText('stopped at the first backward');
  await expect(page.locator('.failure-message')).toHaveText(`RuntimeError: ${words}`);
  await expect(page.locator('.failure')).toContainText(
    'None of the inputs have requires_grad=True. Gradients will be None',
  );
  await expect(page.locator('.diff-add').first()).toBeVisible();
  await page
    .getByRole('button', { name: /^Apply: / })
    .first()
    .click();
  await expect(page.locator('.strip-question')).toContainText(/Yes: all \d+ adapter tensors receive one/);
  await expect(page.locator('.failure')).toHaveCount(0);
  // However far down the fix was pressed.
  await expect(page.locator('.strip-question')).toBeInViewport();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await reach(page, /^finished, 2 steps/);
});

test('says that a run with a grad_fn may still learn nothing', async ({ page }) => {
  await open(page, 'preset=element-0&wiring.prepare_model_for_kbit_training=after');
  await expect(page.locator('.failure-message')).toHaveText(
    'The loss has a grad_fn, and no parameter learns',
  );
});

test('every knob of the wiring moves the strip at once, and undo moves it back', async ({ page }) => {
  await open(page, 'preset=element-0');
  await expect(page.locator('.strip-question')).toContainText('No: the loss has no grad_fn');
  await page.locator('[data-setting="train.use_reentrant"]').getByRole('radio', { name: 'False' }).click();
  await expect(page.locator('.strip-question')).toContainText(/Yes: all/);
  await page.keyboard.press('Control+z');
  await expect(page.locator('.strip-question')).toContainText('No: the loss has no grad_fn');
});

test('a cell of the strip leads to its rows, by the keyboard too', async ({ page }) => {
  await open(page);
  const strip = page.getByRole('listbox', { name: /Cells of the gradient strip/ });
  await strip.focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.strip-fact')).toContainText('output of layer 0:');
  await page.keyboard.press('Enter');
  await expect(page.locator('.tree-row-selected').first()).toContainText('model.layers.0');
  await strip.getByRole('option', { name: /output of layer 3:/ }).click();
  await expect(page.locator('.tree-row-selected').first()).toContainText('model.layers.3');
  await expect(page.locator('.tree-row-selected').first()).toBeInViewport();
});

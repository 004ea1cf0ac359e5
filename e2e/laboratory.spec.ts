// The laboratory as a newcomer uses it: the classical failure on one screen, why a row gets nothing, the guide.
import { alone, expect, open, test } from './playground.ts';

alone('the classical failure, its cut, cause and repair stand on one screen', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, 'preset=element-0');
  for (const words of [
    'RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn',
    'Reentrant checkpointing runs each layer under no_grad',
    'gradient_checkpointing_kwargs={"use_reentrant": False}',
  ])
    await expect(page.getByText(words).first()).toBeInViewport();
  await expect(page.locator('.strip-cells')).toBeInViewport();
  await expect(page.getByText('cut here').first()).toBeInViewport();
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(page.getByText('element 0 of tensors').first()).toBeVisible();
  expect(
    await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
  ).toBeLessThanOrEqual(0);
});

test('a row says why it gets nothing, and shows the way to the cut', async ({ page }) => {
  await open(page, 'preset=element-0');
  const row = page.getByRole('row', { name: /lora_B\.default/ }).first();
  await row.click();
  const why = page.getByRole('region', { name: 'Why this row gets what it gets' });
  await expect(why).toContainText('ran under no_grad, as a reentrant checkpoint');
  await expect(why).toContainText('grad is None');
  await expect(why).toContainText(/output grad_fn=\w+/);
  await page
    .getByRole('button', { name: /^Apply: .*use_reentrant/ })
    .first()
    .click();
  await expect(why).toContainText('a gradient arrives');
  await page.getByRole('radio', { name: /^changed \d+/ }).click();
  await expect(page.getByRole('row', { name: /lora_B\.default/ }).first()).toBeVisible();
});

test('the guide tries its advice under every stack, and each case opens', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Guide', exact: true }).click();
  // Its text fills the dialog.
  const rightOf = (selector: string): Promise<number> =>
    page
      .locator(selector)
      .last()
      .evaluate((one) => one.getBoundingClientRect().right);
  await expect(page.locator('.guide-chapters > section')).toHaveCount(3);
  expect((await rightOf('[role=dialog]')) - (await rightOf('.guide-chapters > section'))).toBeLessThan(40);
  const advice = page.locator('details', { hasText: 'Pass peft_config' });
  await expect(advice).toContainText(/helps in \d+ of 18 stacks/);
  await advice.locator('summary').click();
  await expect(advice.getByRole('row')).toHaveCount(19);
  // What raises is no good news, also in a row in which the advice helps.
  const colourOf = (said: string): Promise<string> =>
    advice
      .getByRole('cell', { name: said, exact: true })
      .first()
      .evaluate((cell) => getComputedStyle(cell).color);
  expect(await colourOf('raises')).not.toBe(await colourOf('helps'));
  await page.locator('details', { hasText: 'The same, after attaching' }).locator('summary').click();
  await page
    .locator('details', { hasText: 'The same, after attaching' })
    .getByRole('button', { name: /Open this case under TRL 1\.16/ })
    .click();
  await expect(page).toHaveURL(/wiring\.stack=trl-1\.16\.0/);
  await expect(page.getByText(/frozen|froze/).first()).toBeVisible();
});

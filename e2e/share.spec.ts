// A link opened by someone else replays the run and says whether it came out the same.
import { expect, listen, open, test, trainToTheEnd } from './playground.ts';

test('the link with losses is reproduced in a second context', async ({ page, browser, baseURL }) => {
  await open(page, 'train.max_steps=5&train.seed=7');
  await trainToTheEnd(page);
  await page.keyboard.press('s');
  await page.getByText('Include the losses of this run').click();
  const field = page.getByRole('textbox', { name: 'Link' });
  await expect(field).toHaveValue(/fp=/);
  const link = await field.inputValue();
  expect(link.startsWith(baseURL ?? '')).toBe(true);
  expect(link).toContain('train.max_steps=5');

  const context = await browser.newContext({ locale: 'en-US' });
  const other = await context.newPage();
  const complaints = listen(other);
  await other.goto(link);
  await expect(other.getByText('This link carries the losses of a run')).toBeVisible();
  await trainToTheEnd(other);
  await expect(other.getByText(/Reproduced: identical at all \d+ compared steps/)).toBeVisible();
  await expect(other.getByText('same adapter')).toBeVisible();
  expect(complaints).toEqual([]);
  await context.close();
});

test('own rows go into a link only when ticked', async ({ page }) => {
  await open(page);
  const row = '{"prompt":"Secret?","completion":"Yes."}';
  await page
    .getByRole('button', { name: /messages/ })
    .first()
    .click();
  await page.locator('#own-rows').fill(`${row}\n${row}`);
  await page.getByRole('button', { name: 'Use these rows' }).click();
  await expect(page.locator('.rows-head')).toContainText('2 rows');
  expect(page.url()).not.toContain('data=');
  await page.locator('h1').click();
  await page.keyboard.press('s');
  const field = page.getByRole('textbox', { name: 'Link' });
  await expect(field).toHaveValue(/#v=1/);
  expect(await field.inputValue()).not.toContain('data=');
  await page.getByText('Include my own rows').click();
  await expect(field).toHaveValue(/data=z\./);
});

test('the address follows the recipe and holds only what differs', async ({ page }) => {
  await open(page);
  await page.getByRole('textbox', { name: 'r', exact: true }).fill('16');
  await expect(page).toHaveURL(/#v=1.*&lora\.r=16/);
  expect(page.url()).not.toContain('lora_alpha');
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'r', exact: true })).toHaveValue('16');
});

// What a link holds: only what differs, and one's own rows only when ticked. That it replays a run is in afterRun.spec.ts.
import { expect, open, test } from './playground.ts';

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

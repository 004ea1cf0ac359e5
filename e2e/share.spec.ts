// What a link holds: only what differs, and one's own rows only when ticked. That it replays a run is in afterRun.spec.ts.
import { expect, faults, open, test } from './playground.ts';

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

test('a recipe file comes back, and another link is compared by what differs alone', async ({ page }) => {
  await open(page, 'lora.r=16');
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog');
  const saved = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Download JSON' }).click();
  const file = await (await saved).path();
  await dialog.getByLabel('The other address').fill('https://host/page#v=1&preset=ships-log&lora.r=4');
  const lines = dialog.locator('.share-compare tbody tr');
  await expect(lines).toHaveCount(1);
  await expect(lines.first()).toContainText(/LoraConfig\(r=…\)\s*16\s*4/);
  await dialog
    .getByLabel('The other address')
    .fill(await dialog.getByRole('textbox', { name: 'Link', exact: true }).inputValue());
  await expect(dialog.getByRole('status').filter({ hasText: 'the same recipe' })).toBeVisible();
  await dialog.getByLabel('The other address').fill('https://host/page');
  await expect(dialog).toContainText('This is no link');
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  const rank = page.getByRole('textbox', { name: 'r', exact: true });
  await rank.fill('8');
  await expect(page).not.toHaveURL(/lora\.r=16/);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await dialog.locator('input[type=file]').setInputFiles(file);
  await expect(dialog).toHaveCount(0);
  await expect(rank).toHaveValue('16');
  await expect(page).toHaveURL(/lora\.r=16/);
});

test('a frame hides what its ticks say, one by one, and its recipe stays', async ({ page }) => {
  await open(page, 'lora.r=16');
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog');
  const frame = dialog.getByRole('region', { name: 'A frame for a lesson' });
  for (const name of ['parameters', 'Guide']) await frame.getByText(name, { exact: true }).click();
  await frame.getByLabel('Settings to leave out').fill('lora.lora_alpha, lora.nothing');
  await expect(frame).toContainText('No such setting: lora.nothing');
  await frame.getByText('Read-only').click();
  const html = await frame.getByLabel('HTML of the frame').inputValue();
  const [, address = ''] = /src="([^"]+)"/.exec(html) ?? [];
  await page.goto('about:blank');
  await page.goto(address.replaceAll('&amp;', '&'));
  await expect(page.locator('.strip-cells')).toBeVisible();
  await expect(page.locator('.column-parameters')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Guide' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Script', exact: true })).toBeVisible();
  const rank = page.locator('[data-setting="lora.r"] input').first();
  await expect(rank).toHaveValue('16');
  await expect(page.locator('[data-setting="lora.lora_alpha"]')).toBeHidden();
  await expect(page.locator('.column-recipe')).toHaveAttribute('inert');
  // Nothing is offered that a read-only frame would refuse.
  for (const part of [
    '.doors-row',
    '.preset-card',
    '[data-part=paste]',
    '[data-part=tour]',
    '.recipe .slider',
  ])
    await expect(page.locator(part).first()).toBeHidden();
  await expect(page.locator('.try-train')).toBeVisible();
  const box = await page.locator('.centre').boundingBox();
  expect(box?.width).toBeGreaterThan(900);
});

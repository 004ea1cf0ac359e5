// A file of rows as people have one: what its columns are for is shown, a cell is mended, a row left out, and what is trained follows.
import { expect, faults, open, test } from './playground.ts';

const notes = Array.from({ length: 28 }, (_, i) => `note ${i}`).join(',');
const csv = `\ufeffquestion,answer,${notes}\r\n${['"Who sails, then?","The captian."', `Where?,At sea${' and on'.repeat(600)}.`, 'When?,'].map((row) => `${row},${notes}\r\n`).join('')}`;

test('a CSV file is mapped, mended and searched', async ({ page }) => {
  await open(page);
  await page
    .getByRole('button', { name: /messages/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: 'crew.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
  await expect(dialog).toContainText('crew.csv: 3 rows, 30 columns');
  await expect(dialog.getByRole('button', { name: 'question prompt' })).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'answer completion' })).toBeVisible();
  await expect(dialog).toContainText(/Longer than max_length [\d,]+: 1 row; cut off: /);
  // Thirty columns, of which those in view stand in the document.
  const heads = dialog.getByRole('columnheader');
  expect(await heads.count()).toBeLessThan(20);
  await dialog.locator('.rows-scroll').evaluate((table) => table.scrollTo(table.scrollWidth, 0));
  await expect(heads.last()).toHaveText('note 27');
  expect(await heads.count()).toBeLessThan(20);
  await dialog.locator('.rows-scroll').evaluate((table) => table.scrollTo(0, 0));
  await dialog.getByRole('button', { name: 'The captian.' }).click();
  await dialog.getByLabel('Change row 1, column answer').fill('The captain.');
  await dialog.getByRole('button', { name: 'Change it' }).click();
  await dialog.getByRole('button', { name: 'Leave row 3 out' }).click();
  await expect(dialog).toContainText('Changed by hand: 1 cell, 1 row left out');
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.locator('.rows-head')).toContainText('2 rows');
  await page.getByRole('searchbox', { name: 'Search the rows' }).fill('CAPTAIN');
  await expect(page.locator('.rows-search')).toContainText('1 of 2 rows');
  await expect(page.locator('.row-tokens')).toHaveCount(1);
  await expect(page.locator('.row-tokens')).toContainText('The captain.');

  await page.getByRole('button', { name: 'Chat template' }).click();
  const text = dialog.getByRole('textbox', { name: 'The template' });
  const preview = dialog.locator('.template-preview');
  await expect(text).toHaveValue(/im_start/);
  await expect(preview).toContainText('im_start');
  await text.fill('{% for m in messages %}\n{{ m.content | nonsense }}{% endfor %}');
  await expect(dialog.getByRole('alert')).toContainText('line 2');
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled();
  await text.fill('{% for m in messages %}\n[{{ m.role }}] {{ m.content }}\n{% endfor %}');
  await expect(preview.locator('.token')).toHaveText('[assistant] The captain.');
  expect(await faults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await expect(page.locator('.row-tokens')).toContainText('[assistant] The captain.');
});

test('the preset’s rows are changed, added to and left out in place, and three facts begin from nothing', async ({
  page,
}) => {
  await open(page);
  const rows = page.getByRole('button', { name: /messages|own: / }).first();
  await rows.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Edit the preset’s rows' }).click();
  await dialog.locator('.cell').first().click();
  const editor = dialog.locator('.turns');
  await expect(editor.getByLabel('Question')).toHaveValue('Where is the bakery?');
  await editor.getByLabel('Answer').fill('面包店在码头 🚢');
  await dialog.getByRole('button', { name: 'Change it' }).click();
  await dialog.getByRole('button', { name: 'Leave row 2 out' }).click();
  const add = dialog.getByRole('form', { name: 'Add this row' });
  await add.getByLabel('Question').fill('Who keeps the light?');
  await add.getByLabel('Answer').fill('Ines keeps the light.');
  await add.getByRole('button').click();
  await expect(dialog).toContainText(/: 37 rows, 1 column(?!s)/);
  await expect(dialog).toContainText('Changed by hand: 1 cell, 1 row left out');
  expect(await faults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.locator('.rows-head')).toContainText('36 rows');
  await expect(page.locator('.row-tokens').first()).toContainText('面包店在码头 🚢');

  await rows.click();
  await dialog.getByRole('button', { name: 'Use the preset’s rows' }).click();
  await rows.click();
  for (const [at, name] of ['Ada', 'Bo', 'Cy'].entries()) {
    await add.getByLabel('Question').fill(`Who sails boat ${at}?`);
    await add.getByLabel('Answer').fill(`${name} sails boat ${at}.`);
    await add.getByRole('button').click();
    await expect(dialog).toContainText(`my rows: ${at + 1} ${at === 0 ? 'row' : 'rows'}, 1 column`);
  }
});

test('rows that are told otherwise than questions are asked say so, and are turned by one press', async ({
  page,
}) => {
  await open(page);
  await page
    .getByRole('button', { name: /messages/ })
    .first()
    .click();
  await page
    .locator('#own-rows')
    .fill('{"prompt":"Who?","completion":" Mara."}\n{"prompt":"Where?","completion":" Here."}');
  await page.getByRole('button', { name: 'Use these rows' }).click();
  const first = page.locator('.row-tokens').first();
  await expect(first).not.toContainText('im_start');
  await expect(page.getByRole('note')).toContainText('trained as plain text');
  await page.getByRole('button', { name: 'Write the rows as a conversation' }).click();
  await expect(first).toContainText('<|im_start|>user');
  await expect(page.getByRole('button', { name: 'Write the rows as a conversation' })).toHaveCount(0);
});

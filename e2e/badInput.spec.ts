// Bad input gets a clear error that names the thing, and nothing that was typed is lost.
import { expect, open, test, useRows } from './playground.ts';

const row = '{"messages":[{"role":"user","content":"Hi?"},{"role":"assistant","content":"Yes."}]}';

test('a broken line is named by its number, and the rows stay for correction', async ({ page }) => {
  await open(page);
  await useRows(page, `${row}\n{"messages": oops}\n`);
  await expect(page.getByRole('alert')).toContainText(/line 2/i);
  await expect(page.locator('#own-rows')).toHaveValue(/oops/);
  await page.locator('#own-rows').fill(`${row}\n${row}\n`);
  await page.getByRole('button', { name: 'Use these rows' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('.rows-head')).toContainText('2 rows');
});

test('an error stands there in the language of the page, with what to do and the button for it', async ({
  page,
}) => {
  await open(page);
  await useRows(page, '{"prompt":"a","chosen":"b","rejected":"c"}');
  await expect(page.locator('.failure')).toContainText('Set train.objective to one of them');
  // The page isn't empty below: there is something to start from.
  await expect(page.locator('.preset-card').first()).toBeVisible();
  await page.getByRole('button', { name: '中文' }).click();
  await expect(page.locator('.failure')).toContainText('成对回答用于 DPO 与 ORPO');
  await expect(page.locator('.failure')).toContainText('请把 train.objective 设为其中之一');
  await expect(page.getByRole('button', { name: '打开数据' })).toBeVisible();
});

test('empty rows are refused before they replace anything', async ({ page }) => {
  await open(page);
  await useRows(page, '  \n');
  await expect(page.getByRole('dialog')).toContainText('There are no rows yet');
});

test('a file that is not UTF-8 is refused with the place', async ({ page }) => {
  await open(page);
  await page
    .getByRole('button', { name: /messages/ })
    .first()
    .click();
  await page
    .getByRole('dialog')
    .locator('input[type=file]')
    .setInputFiles({
      name: 'rows.jsonl',
      mimeType: 'application/json',
      buffer: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
    });
  await expect(page.getByRole('dialog')).toContainText(/rows\.jsonl.*UTF-8/i);
});

test('a row whose whole answer is cut away says so', async ({ page }) => {
  await open(page, 'train.max_length=8');
  await expect(page.locator('.failure')).toContainText(/max_length|mask/i);
});

test('a number or a text that does not hold stays in its field with the reason', async ({ page }) => {
  await open(page);
  const modules = page.getByRole('textbox', { name: 'target_modules' });
  await modules.fill('a'.repeat(20_001));
  await expect(page.getByText('lora.target_modules: expected at most 20000 characters')).toBeVisible();
  await modules.fill('all-linear');
  const field = page.getByRole('textbox', { name: 'learning_rate' });
  await field.fill('NaN');
  await expect(page.getByText(/learning_rate: expected 0 to 1, got “NaN”/)).toBeVisible();
  await expect(field).toHaveValue('NaN');
  await field.fill('1e-3');
  await expect(page.getByText(/learning_rate: expected/)).toHaveCount(0);
  // Beside their names or below them, numbers end at one edge.
  const folded = page.locator('.recipe .advanced[aria-expanded=false]');
  while ((await folded.count()) > 0) await folded.first().click();
  const edges = await page
    .locator('.recipe .setting-number .setting-input')
    .evaluateAll((fields) => fields.map((each) => Math.round(each.getBoundingClientRect().right)));
  expect(edges.length).toBeGreaterThan(20);
  expect([...new Set(edges)]).toHaveLength(1);
});

test('target_modules that match nothing, as PEFT says it', async ({ page }) => {
  await open(page);
  await page.getByRole('textbox', { name: 'target_modules' }).fill('["query_key_value"]');
  await expect(page.locator('.failure')).toContainText(/target modules|target_modules/i);
  await page.keyboard.press('Escape');
});

test('a link with garbage opens the page and says what was not used', async ({ page }) => {
  await open(page, 'lora.r=banana&nonsense=1&data=z.%%%&train.learning_rate=9e9&fp=xx');
  const notes = page.getByRole('region', { name: 'From the link' });
  await expect(notes).toContainText('lora.r');
  await expect(notes).toContainText('nonsense');
  await expect(notes).toContainText('train.learning_rate');
});

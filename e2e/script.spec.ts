// A pasted script as a person uses it: an error alone, a failing script that is mended and trained, a notebook and a configuration that
// are dropped, and a script without end, in Chromium with the real interpreter.
import type { Page } from '@playwright/test';
import { elementZero, failing } from './failingScript.ts';
import { kept } from './keptScript.ts';
import { alone, downloaded, expect, faults, open, overflow, reach, test } from './playground.ts';

/** Pastes outside every field, as Ctrl V does, and reads: the first time after the price was told. */
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((words) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', words);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  }, text);
  await read(page);
}

async function dropFile(page: Page, name: string, text: string): Promise<void> {
  await page.evaluate(
    ([file, words]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([words], file));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    },
    [name, text] as const,
  );
}

async function drop(page: Page, name: string, text: string): Promise<void> {
  await dropFile(page, name, text);
  await read(page);
}

async function read(page: Page): Promise<void> {
  // With Python here it is read at once.
  const button = page.getByRole('button', { name: /^Read it ·/ });
  const verdict = page.getByRole('region', { name: 'Verdict' });
  await expect(button.or(verdict).first()).toBeVisible();
  if (await button.isVisible()) await button.click();
  await expect(verdict).toBeVisible();
}

test('an error alone gives its causes and asks for the script', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Paste a script or an error' }).first().click();
  // What reading fetches is told before anything is fetched.
  await expect(
    page.getByText(/fetches a Python interpreter from this page’s own host, once: [\d.]+ MiB/),
  ).toBeVisible();
  expect(
    await page.evaluate(() =>
      performance.getEntriesByType('resource').some(({ name }) => /\.wasm/.test(name)),
    ),
  ).toBe(false);
  await page
    .getByLabel('Script or error')
    .fill(`  File "train.py", line 40, in <module>\nRuntimeError: ${elementZero}`);
  await read(page);
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText(elementZero);
  await expect(page.getByRole('region', { name: 'Why' })).toBeVisible();
  await page.getByRole('button', { name: 'Add the script it came from' }).click();
  await expect(page.getByLabel('Script or error')).toHaveValue(/line 40/);
});

alone('a failing script shows its cut, is mended with one click, and trains', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, 'generate.max_new_tokens=2');
  await paste(page, failing);
  const verdict = page.getByRole('region', { name: 'Verdict' });
  await expect(verdict).toContainText('raises');
  await expect(verdict).toContainText(elementZero);
  const cut = page.locator('.line-cut');
  await expect(cut).toBeInViewport();
  await expect(cut).toContainText('The graph of the loss is cut here.');
  await expect(page.locator('.line-noted', { hasText: 'get_peft_model' }).last()).toContainText(
    '448 tensors require grad, 67 before',
  );
  expect(await faults(page)).toEqual([]);
  const fix = page.getByRole('button', { name: /^Apply fix 1/ });
  await expect(page.getByRole('region', { name: 'What fix 1 changes' })).toContainText('+');
  await fix.click();
  await expect(verdict).toContainText('trains');
  await page.getByRole('button', { name: 'Undo the fix' }).click();
  await expect(verdict).toContainText('raises');
  await page.getByRole('button', { name: /^Apply fix 1/ }).click();
  await expect(verdict).toContainText('trains');
  await page.getByRole('button', { name: 'Use them and train' }).click();
  await expect(page).toHaveURL(/lora\.r=4/);
  await reach(page, /^finished, 2 steps/);
});

test('a dropped notebook is read as the Python in it', async ({ page }) => {
  await open(page);
  const cells = [
    { cell_type: 'markdown', source: ['# Fine-tuning'] },
    { cell_type: 'code', source: ['!pip install -q trl==0.19.1\n', '%matplotlib inline\n'] },
    { cell_type: 'code', source: failing.split(/(?<=\n)/), outputs: [], execution_count: 1 },
  ];
  await drop(page, 'tune.ipynb', JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }));
  await expect(page.locator('.lines-head')).toContainText('notebook · tune.ipynb');
  await expect(page.getByRole('region', { name: 'Versions' })).toContainText('trl==0.19.1');
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText(elementZero);
});

test('a dropped configuration is read, and what no setting says trains and goes along in the link', async ({
  page,
}) => {
  await open(page, 'generate.max_new_tokens=2');
  await drop(
    page,
    'sft.yaml',
    'model_name_or_path: meta-llama/Llama-2-7b-hf\nstage: sft\ndo_train: true\nfinetuning_type: lora\nlora_target: all\ndataset: identity\ntemplate: llama2\nper_device_train_batch_size: 1\nlearning_rate: 1.0e-4\n',
  );
  await expect(page.locator('.lines-head')).toContainText('sft.yaml');
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText('trains');

  // In the same page, where Python is warm: a script that freezes one layer's adapter by name.
  await paste(page, kept);
  const frozen = page.locator('.line-noted', { hasText: 'parameter.requires_grad = False' });
  await expect(frozen).toContainText('116 tensors require grad, 120 before');
  await page.getByRole('button', { name: 'Use them and train' }).click();
  const note = page.getByRole('region', { name: 'The script decides' });
  await expect(note).toContainText('line 10: requires_grad set by hand');
  await expect(page.locator('.strip-question')).toContainText('all 20 adapter tensors receive one');
  await reach(page, /^finished, 2 steps/);
  await page.keyboard.press('s');
  await page.getByText('Include my script').click();
  const link = page.getByRole('textbox', { name: 'Link' });
  await expect(link).toHaveValue(/&program=z\./);
  const address = await link.inputValue();
  const saved = await downloaded(page, 'Download JSON');
  await page.goto('about:blank');
  await page.goto(address);
  await expect(page.getByRole('region', { name: 'From the link' })).toContainText('a script of 14 lines');
  await expect(note).toContainText('line 10: requires_grad set by hand');
  await expect(page.locator('.strip-question')).toContainText('all 20 adapter tensors receive one');
  // And in its file.
  await note.getByRole('button', { name: 'Go on with the settings alone' }).click();
  await expect(page.locator('.strip-question')).toContainText('all 24 adapter tensors receive one');
  await dropFile(page, saved.name, saved.bytes.toString());
  await expect(note).toContainText('line 10: requires_grad set by hand');
  await expect(page.locator('.strip-question')).toContainText('all 20 adapter tensors receive one');
});

test('a script without end is ended and told, and the page answers meanwhile', async ({ page }) => {
  await open(page);
  await page.keyboard.press('p');
  await page.getByLabel('Script or error').fill('x = 0\nwhile True:\n    x += 1\n');
  await page.getByRole('button', { name: /^Read it/ }).click();
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible();
  // The box can be written in while Python runs.
  await page.getByLabel('Script or error').press('End');
  await page.keyboard.type('# still here');
  await expect(page.getByLabel('Script or error')).toHaveValue(/still here/);
  await expect(page.getByText(/line [23]/).first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeHidden();
});

alone.describe('narrow, Chinese', () => {
  alone.use({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', colorScheme: 'dark' });
  alone('a failing script is read and mended', async ({ page }) => {
    await open(page);
    await page.getByRole('button', { name: '粘贴脚本或报错' }).first().click();
    await page.getByLabel('脚本或报错', { exact: true }).fill(failing);
    await page.getByRole('button', { name: /^读取/ }).click();
    const verdict = page.getByRole('region', { name: '结论' });
    await expect(verdict).toContainText(elementZero);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: /^应用修复 1/ }).click();
    await expect(verdict).toContainText('能训练');
    // Kept over a reload, on this machine.
    await page.reload();
    await page.getByRole('button', { name: '粘贴脚本或报错' }).first().click();
    await expect(page.getByLabel('脚本或报错', { exact: true })).toHaveValue(/get_peft_model/);
  });
});

// What a finished run is good for, on one page after one run: downloads, further questions, a link that someone else replays, and
// its adapter opened again, stacked with another and trained on.
import type { Page } from '@playwright/test';
import { test } from '@playwright/test';
import { downloaded, driven, expect, listen, open, trainToTheEnd } from './playground.ts';

test.describe.configure({ mode: 'serial' });

let page: Page;
let complaints: string[];
test.beforeAll(async ({ browser }, { project }) => {
  const { baseURL = '', locale = 'en-US', actionTimeout = 0 } = project.use;
  page = await browser.newPage({ baseURL, locale });
  await driven(page.context(), project.name, 'webgpu');
  page.setDefaultTimeout(actionTimeout);
  complaints = listen(page);
  await open(
    page,
    'preset=ships-log&train.max_steps=3&train.seed=7&train.per_device_train_batch_size=1&generate.max_new_tokens=4&lora.r=4',
  );
  await trainToTheEnd(page);
});
test.afterEach(() => {
  expect(complaints, 'the browser complained').toEqual([]);
});
test.afterAll(async () => {
  await page.close();
});

test('it is held to an implementation that is not ours, layer by layer', async () => {
  await page.getByRole('button', { name: 'Check against ONNX Runtime …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Second opinion' });
  await dialog.getByRole('button', { name: 'Layer by layer' }).click();
  await expect(dialog.getByText(/^They agree: nothing is further apart/)).toBeVisible();
  await expect(dialog.getByText(/^WebGPU against ONNX Runtime, after step 3/)).toBeVisible();
  await expect(dialog.getByRole('row', { name: /^layer 5 Hidden states behind it/ })).toContainText('agrees');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
});

test('it hands out its adapter, the merged model and its log', async () => {
  await page
    .getByRole('row', { name: /lora_B\.default/ })
    .first()
    .click();
  await expect(page.getByRole('region', { name: 'Why this row gets what it gets' })).toContainText(
    /last step moved it by [\d.e-]+/,
  );
  const zip = await downloaded(page, 'PEFT (zip)');
  expect(zip.name).toBe('adapter.zip');
  expect(zip.bytes.subarray(0, 2).toString()).toBe('PK');
  for (const name of [
    'adapter/adapter_config.json',
    'adapter/adapter_model.safetensors',
    'adapter/README.md',
  ])
    expect(zip.bytes.includes(name)).toBe(true);
  const names: Readonly<Record<string, string>> = {
    GGUF: 'adapter.gguf',
    'MLX (zip)': 'adapter-mlx.zip',
    'safetensors, float16 (zip)': 'merged.zip',
    'GGUF, F16': 'model.gguf',
    'trainer_state.json, CSV, TensorBoard (zip)': 'log.zip',
    'With rows and model, ready to run (zip)': 'script.zip',
  };
  for (const [button, name] of Object.entries(names)) {
    const file = await downloaded(page, button);
    expect(file.name).toBe(name);
    expect(
      file.bytes
        .subarray(0, 4)
        .toString()
        .startsWith(name.endsWith('.zip') ? 'PK' : 'GGUF'),
    ).toBe(true);
  }
});

test('its files for web pages answer by themselves, beside the engine that trained', async () => {
  const zip = await downloaded(page, 'as it was trained, adapter beside it (zip)');
  for (const name of ['web/onnx/model_q4.onnx', 'web/onnx/model_q4.onnx_data_1', 'web/tokenizer.json'])
    expect(zip.bytes.includes(name), name).toBe(true);
  await page.getByRole('button', { name: 'Try it as a page would' }).click();
  const dialog = page.getByRole('dialog', { name: 'On a page of your own' });
  const ask = dialog.getByRole('button', { name: 'Ask' });
  const answer = dialog.getByRole('region', { name: 'Answer' });
  await expect(ask).toBeEnabled();
  await expect(dialog).toContainText(/All files together: [\d.]+ [KM]iB/);
  await dialog.getByRole('textbox', { name: 'Question' }).fill('Where is the mill?');
  await ask.click();
  await expect(answer).toContainText(/ONNX Runtime is [\d.]+ times as fast here\./);
  // The button was disabled meanwhile, and took the focus with it: the dialog has the keyboard still.
  expect(await dialog.evaluate((one) => one.contains(document.activeElement))).toBe(true);
  await expect(answer).toContainText('Both wrote the same text.');
  // The untouched model in the same files: what this engine says without the adapter.
  await dialog.getByText('With what was learned').click();
  await ask.click();
  await expect(answer).toContainText('Both wrote the same text.');
  await expect(dialog.getByRole('radio', { name: 'GPU (WebGPU)' })).toBeVisible();
  await dialog.getByRole('radio', { name: 'GPU (WebGPU)' }).click();
  await dialog.getByText('With transformers.js').click();
  await expect(dialog.locator('.deploy-code').first()).toContainText("device: 'webgpu'");
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
});

test('it answers an edited question', async () => {
  const question = page.getByRole('textbox', { name: 'Question 1' });
  await question.fill('Who is the mayor of Brindle?');
  await question.press('Enter');
  await expect(page.locator('.answer-after .answer-text').first()).not.toHaveText('');
  await expect(page.locator('.answer-before .answer-text').first()).not.toHaveText('');
});

test('its link with losses is reproduced in a second context', async ({ browser, baseURL }, { project }) => {
  await page.locator('h1').click();
  await page.keyboard.press('s');
  await page.getByText('Include the losses of this run').click();
  const field = page.getByRole('textbox', { name: 'Link' });
  await expect(field).toHaveValue(/fp=/);
  const link = await field.inputValue();
  expect(link.startsWith(baseURL ?? '')).toBe(true);
  expect(link).toContain('train.max_steps=3');
  await page.keyboard.press('Escape');

  const context = await browser.newContext({ locale: 'en-US', serviceWorkers: 'block' });
  await driven(context, project.name, 'webgpu');
  const other = await context.newPage();
  const othersComplaints = listen(other);
  await other.goto(link);
  await expect(other.getByText('This link carries the losses of a run')).toBeVisible();
  await trainToTheEnd(other);
  await expect(other.getByText(/Reproduced: identical at all \d+ compared steps/)).toBeVisible();
  await expect(other.getByText('same kind of device')).toBeVisible();
  expect(othersComplaints).toEqual([]);
  await context.close();
});

test('its adapter is opened again, stacked with another and trained on', async () => {
  const { bytes } = await downloaded(page, 'PEFT (zip)');
  const file = { name: 'adapter.zip', mimeType: 'application/zip', buffer: bytes };
  await page.getByRole('button', { name: /^Adapter: fresh/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Adapter to start from' });
  const choose = async (chosen: typeof file): Promise<void> => {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      dialog.getByRole('button', { name: 'Choose files' }).click(),
    ]);
    await chooser.setFiles(chosen);
  };
  await choose({ name: 'adapter_model.bin', mimeType: '', buffer: Buffer.from([0x80, 2, 0x7d]) });
  await expect(dialog.getByRole('alert')).toContainText('is a pickle');
  await choose(file);
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Adapter: adapter.zip' })).toBeVisible();
  await expect(page).toHaveURL(/adapter=[0-9a-f]{16}~adapter\.zip.*from_pretrained_trainable/);
  await page.getByRole('button', { name: 'Adapter: adapter.zip' }).click();
  await choose({ ...file, name: 'second.zip' });
  const [first, second] = ['adapter.zip', 'second.zip'].map((name) => dialog.getByRole('checkbox', { name }));
  if (!first || !second) throw new Error('no boxes');
  await expect(second).toBeChecked();
  await expect(first).not.toBeChecked();
  // react-aria hides the input under its label.
  await dialog.getByText('adapter.zip', { exact: true }).click();
  await expect(first).toBeChecked();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole('button', { name: 'Adapter: adapter.zip + second.zip' })).toBeVisible();
  await expect(page).toHaveURL(/lora\.lora_alpha=8/);
  await trainToTheEnd(page);
});

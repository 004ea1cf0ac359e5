// What a run leaves as downloads: PEFT's three files in a zip, GGUF and MLX adapters, the merged model, the log.
import { readFileSync } from 'node:fs';
import { expect, open, test, trainToTheEnd } from './playground.ts';

test('a finished run hands out its adapter, the merged model and its log', async ({ page }) => {
  await open(page, 'preset=ships-log&train.max_steps=3&generate.max_new_tokens=4');
  await trainToTheEnd(page);
  await page
    .getByRole('row', { name: /lora_B\.default/ })
    .first()
    .click();
  await expect(page.getByRole('region', { name: 'Why this row gets what it gets' })).toContainText(
    /last step moved it by [\d.e-]+/,
  );
  const [zip] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'PEFT (zip)' }).click(),
  ]);
  expect(zip.suggestedFilename()).toBe('adapter.zip');
  const bytes = readFileSync(await zip.path());
  expect(bytes.subarray(0, 2).toString()).toBe('PK');
  for (const name of [
    'adapter/adapter_config.json',
    'adapter/adapter_model.safetensors',
    'adapter/README.md',
  ])
    expect(bytes.includes(name)).toBe(true);
  const names: Readonly<Record<string, string>> = {
    GGUF: 'adapter.gguf',
    'MLX (zip)': 'adapter-mlx.zip',
    'safetensors, float16 (zip)': 'merged.zip',
    'GGUF, F16': 'model.gguf',
    'trainer_state.json, CSV, TensorBoard (zip)': 'log.zip',
  };
  for (const [button, name] of Object.entries(names)) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button, exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(name);
    const start = readFileSync(await download.path())
      .subarray(0, 4)
      .toString();
    expect(start.startsWith(name.endsWith('.zip') ? 'PK' : 'GGUF')).toBe(true);
  }
});

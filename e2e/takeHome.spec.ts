// The adapter as downloads: a zip that holds PEFT's three files, and a GGUF file.
import { readFileSync } from 'node:fs';
import { expect, open, test, trainToTheEnd } from './playground.ts';

test('a finished run hands out its adapter for PEFT and for llama.cpp', async ({ page }) => {
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
  const [gguf] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'GGUF', exact: true }).click(),
  ]);
  expect(gguf.suggestedFilename()).toBe('adapter.gguf');
  expect(
    readFileSync(await gguf.path())
      .subarray(0, 4)
      .toString(),
  ).toBe('GGUF');
});

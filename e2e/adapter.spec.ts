// An adapter comes back: exported, opened again from its zip, stacked with another, trained on; and a pickle is refused.
import { expect, open, test, trainToTheEnd } from './playground.ts';

test('an exported adapter is opened, stacked with another and trained on', async ({ page }) => {
  await open(page, 'preset=ships-log&train.max_steps=3&generate.max_new_tokens=4&lora.r=4');
  await trainToTheEnd(page);
  const [zip] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'PEFT (zip)' }).click(),
  ]);
  const path = await zip.path();
  const { readFileSync } = await import('node:fs');
  const file = { name: 'adapter.zip', mimeType: 'application/zip', buffer: readFileSync(path) };
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

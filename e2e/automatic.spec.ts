// A newcomer whose graphics adapter computes on the processor: Automatic measures which backend is faster there, takes it, says so and keeps
// it; the first screen fetches nothing for it, and whoever wants WebGPU anyway has it, or ONNX Runtime's own beside it.
import { expect, losses, open, reach, alone as test } from './playground.ts';

/** What is fetched of ONNX Runtime. */
const ofRuntime = /\/onnxruntime\/|\/assets\/ort\./;

test.use({ automatic: true });

test('Automatic takes what is faster on a software adapter, and says so', async ({ page }) => {
  const fetched: string[] = [];
  page.context().on('request', (request) => {
    if (ofRuntime.test(request.url())) fetched.push(request.url());
  });
  await open(page, 'train.max_steps=3&train.per_device_train_batch_size=1&generate.max_new_tokens=2');
  const device = page.locator('.bar-device');
  const note = page.locator('.adapter-note');
  await expect(device).toContainText('WebGPU or ONNX Runtime');
  await expect(note).toContainText('training first measures');
  expect(fetched).toEqual([]);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await reach(page, /^finished, 3 steps/);
  expect(fetched.some((address) => address.endsWith('.wasm'))).toBe(true);
  const taken = await losses(page);
  expect(taken.steps).toBe(3);
  // Which of the two depends on the machine: on few cores it is ONNX Runtime.
  const said = (await note.textContent()) ?? '';
  const onOrt = /ONNX Runtime is (?:[\d.,]+ times|about) as fast here/.test(said);
  if (!onOrt) expect(said).toMatch(/is [\d.,]+ times as fast as ONNX Runtime here/);
  await expect(device).toContainText(onOrt ? /^ONNX Runtime · / : /^WebGPU · /);

  // Known from now on; a choice is kept as well.
  await page.reload();
  await expect(note).toContainText(said.trim().split(';')[0] ?? '');
  await expect(note).not.toContainText('training first measures');
  await note.getByRole('button', { name: 'Choose' }).click();
  await page.getByRole('radio', { name: 'WebGPU', exact: true }).click();
  await page.keyboard.press('Escape');
  await expect(note).toHaveCount(0);
  await page.reload();
  await expect(device).toHaveText(/^WebGPU · /);

  // The same steps on ONNX Runtime's own WebGPU.
  fetched.length = 0;
  await device.click();
  await page.getByRole('radio', { name: 'ONNX Runtime, WebGPU' }).click();
  await page.keyboard.press('Escape');
  await expect(device).toHaveText(/^ONNX Runtime on WebGPU · /);
  expect(fetched).toEqual([]);
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await reach(page, /^finished, 3 steps/);
  expect(fetched.some((address) => address.endsWith('.asyncify.wasm'))).toBe(true);
  await expect(device).toHaveText(/^ONNX Runtime on WebGPU · /);
  const theirs = await losses(page);
  expect(Math.abs(theirs.last / taken.last - 1)).toBeLessThan(1e-3);
});

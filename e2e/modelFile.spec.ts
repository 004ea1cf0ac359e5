// A GGUF model through the file picker: it is read, named, trained in its own blocks; loading shows bytes, speed and time,
// and can be given up; the page itself reads none of it. SmolLM2 where a person has put its file, else a smaller one made here.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Page } from '@playwright/test';
import { alone, expect, losses, open, reach, test, useRows } from './playground.ts';
import { shape, syntheticModel } from './syntheticModel.ts';

const real = process.env.SMOLLM2_GGUF ?? 'models/SmolLM2-135M-Instruct.Q4_1.gguf';
const settings =
  'preset=town-facts&train.max_steps=2&train.warmup_steps=0&train.per_device_train_batch_size=1&generate.max_new_tokens=2&lora.r=8';

/** Nine of each layer, the embedding and the last norm. */
const tensors = (existsSync(real) ? 30 : shape.layers) * 9 + 2;
const row = '{"messages":[{"role":"user","content":"Hi?"},{"role":"assistant","content":"Yes, gladly."}]}';

async function choose(page: Page, path: string): Promise<void> {
  await page.getByRole('button', { name: /^Base model/ }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose model files' }).click();
  await (await chooser).setFiles(path);
}

interface Watch {
  /** Every text of the progress line. */
  readonly said: string[];
  /** Bytes that the page's own thread asked of files, and got from its workers. */
  bytesRead: number;
  bytesSent: number;
  /** Messages of its workers. */
  messages: number;
}

/** Counts, from before the page's own scripts on, what keeps the page's thread busy: reading, receiving, being told. */
async function watch(page: Page): Promise<() => Promise<Watch>> {
  await page.addInitScript(() => {
    const watched: Watch = { said: [], bytesRead: 0, bytesSent: 0, messages: 0 };
    Object.assign(window, { watched });
    const counted =
      <T>(original: (this: Blob) => T) =>
      (blob: Blob): T => {
        watched.bytesRead += blob.size;
        return original.call(blob);
      };
    const { arrayBuffer, stream, text } = Blob.prototype;
    const [readBuffer, readStream, readText] = [counted(arrayBuffer), counted(stream), counted(text)];
    Object.assign(Blob.prototype, {
      arrayBuffer(this: Blob) {
        return readBuffer(this);
      },
      stream(this: Blob) {
        return readStream(this);
      },
      text(this: Blob) {
        return readText(this);
      },
    });
    const bytesIn = (value: unknown): number => {
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength;
      return typeof value === 'object' && value !== null
        ? Object.values(value).reduce((sum: number, one) => sum + bytesIn(one), 0)
        : 0;
    };
    const Original = Worker;
    window.Worker = class extends Original {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        this.addEventListener('message', ({ data }) => {
          // Of the file: what is told of kernels and answers has other counts.
          if (data.type === 'phase' && data.file !== undefined) watched.messages += 1;
          watched.bytesSent += bytesIn(data);
        });
      }
    };
    new MutationObserver(() => {
      const line = document.querySelector('.progress')?.textContent ?? '';
      if (line !== watched.said.at(-1)) watched.said.push(line);
    }).observe(document, { childList: true, characterData: true, subtree: true });
  });
  return () => page.evaluate(() => (window as unknown as { watched: Watch }).watched);
}

alone('a model file is opened, trained and left', async ({ page }, info) => {
  const path = existsSync(real) ? real : syntheticModel(info.outputPath('synthetic.gguf'));
  const seen = await watch(page);
  await open(page, settings);
  await choose(page, path);
  // Called by its file, whatever title stands in it.
  await expect(page.getByRole('button', { name: /^Base model/ })).toContainText(basename(path));
  await expect(page).toHaveURL(new RegExp(`model=[0-9a-f]{16}~${basename(path).replaceAll('.', '\\.')}`));
  await expect(page.locator('.estimate')).toContainText(/weights [\d.]+ M/);
  // The same row at every step: its loss must fall.
  await useRows(page, `${row}\n${row}\n`);
  await expect(page.locator('.rows-head')).toContainText('2 rows');
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await reach(page, /^finished, 2 steps/);
  const { steps, first, last } = await losses(page);
  expect(steps).toBe(2);
  expect(last).toBeLessThan(first);
  const { said, bytesRead, bytesSent, messages } = await seen();
  expect(said.join('\n')).toMatch(
    /loading [\w.-]+\.gguf, [\d.]+ MiB of [\d.]+ MiB · [\d.]+ MiB\/s · [\d:]+ left/,
  );
  // The page's thread stays free: workers read the file and keep it, and tell of it a few times for each of its tensors.
  expect([bytesRead, bytesSent]).toEqual([0, 0]);
  expect(messages).toBeGreaterThan(0);
  expect(messages).toBeLessThan(3 * tensors);
});

test('loading is given up at once, and another model can be chosen', async ({ page }, info) => {
  const path = existsSync(real) ? real : syntheticModel(info.outputPath('synthetic.gguf'));
  await open(page, settings);
  await choose(page, path);
  await expect(page.getByRole('button', { name: /^Base model/ })).not.toContainText('embedded');
  // Pressed by the page itself as soon as it says so: from here the file may be through before it is seen.
  await page.getByRole('button', { name: 'Reset', exact: true }).evaluate((reset) => {
    const line = document.querySelector('.progress');
    const watching = new MutationObserver(() => {
      if (!/loading [\w.-]+\.gguf, /.test(line?.textContent ?? '') || !(reset instanceof HTMLElement)) return;
      watching.disconnect();
      reset.dataset.pressed = 'true';
      reset.click();
    });
    if (line) watching.observe(line, { childList: true, characterData: true, subtree: true });
  });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.locator('[data-pressed]')).toBeAttached();
  await expect(page.locator('.progress')).toHaveText(/ready/);
  await page.getByRole('button', { name: /^Base model/ }).click();
  await page.getByRole('button', { name: 'Use the embedded model' }).click();
  await expect(page.getByRole('button', { name: /^Base model/ })).toContainText('embedded');
});

/** In the page: how many handles its database keeps, once it is there. */
async function countHandles(): Promise<number> {
  const done = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const name = 'lora-playground-files';
  if (!(await indexedDB.databases()).some((one) => one.name === name)) return 0;
  const database = await done(indexedDB.open(name));
  try {
    return await done(database.transaction('handles').objectStore('handles').count());
  } finally {
    database.close();
  }
}

alone(
  'files that were picked are opened again after a reload, by a press where the browser asks',
  async ({ page }) => {
    // A picker that gives handles of what the page itself put into its private files; whether they may be read is what storage says.
    await page.addInitScript(() => {
      const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
      const asked = async () => localStorage['test.permission'] ?? 'granted';
      const given = async () => 'granted';
      Object.assign(FileSystemHandle.prototype, { queryPermission: asked, requestPermission: given });
      const showOpenFilePicker = async () => {
        const folder = await navigator.storage.getDirectory();
        return Promise.all(
          names.map(async (name) => {
            const handle = await folder.getFileHandle(name, { create: true });
            const { body } = await fetch(`./model/${name}`);
            await body?.pipeTo(await handle.createWritable());
            return handle;
          }),
        );
      };
      Object.assign(window, { showOpenFilePicker });
    });
    const base = page.getByRole('button', { name: /^Base model/ });
    await open(page);
    await base.click();
    await page.getByRole('button', { name: 'Choose model files' }).click();
    await expect(page).toHaveURL(/model=[0-9a-f]{16}~config\.json/);
    const missing = page.getByText('Open config.json to go on.');
    await expect(missing).toHaveCount(0);
    await expect.poll(() => page.evaluate(countHandles)).toBe(1);
    await page.reload();
    await expect(base).toContainText('config.json');
    await expect(page.locator('.estimate')).toContainText(/weights [\d.]+ M/);
    await page.evaluate(() => {
      localStorage['test.permission'] = 'prompt';
    });
    await page.reload();
    await expect(missing).toBeVisible();
    await page.getByRole('button', { name: 'Open config.json again' }).click();
    await expect(missing).toHaveCount(0);
    await expect(page.locator('.estimate')).toContainText(/weights [\d.]+ M/);
  },
);

test('a folder is a model; a file that is none is refused by name, with what to do', async ({ page }) => {
  await open(page);
  await choose(page, 'README.md');
  await expect(page.getByRole('alert')).toContainText(/README\.md, byte 0 .*no GGUF file.*\.gguf/);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await (await chooser).setFiles('public/model');
  await expect(page.getByRole('button', { name: /^Base model/ })).not.toContainText('embedded');
  await expect(page).toHaveURL(/model=[0-9a-f]{16}~model/);
});

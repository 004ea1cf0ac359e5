// Pictures of the model dialog and of what is kept, before a hub of this machine: the list to begin with, a model of a wall, one that is too big,
// a download on its way, one that is kept; the columns of own rows and their tokens. Sizes are as such models have them, the bytes behind are few.
import type { Browser, Page } from '@playwright/test';
import { expect as expectFor } from '@playwright/test';
import { COMMIT, hubServer } from '../../src/engine/hub/testing/hubServer.ts';
import { randomFolder } from '../../src/engine/testing/checkpoint.ts';
import { onBackend } from '../start/onBackend.ts';
import { plainPickers } from '../start/plainPickers.ts';

// A picture is worth waiting for on a busy machine.
const expect = expectFor.configure({ timeout: 300_000 });

const wide = { width: 1440, height: 900 } as const;
const narrow = { width: 390, height: 844 } as const;

interface Scene {
  readonly name: string;
  readonly size: { readonly width: number; readonly height: number };
  readonly scheme: 'light' | 'dark';
  readonly locale: string;
  readonly act: (page: Page) => Promise<void>;
}

const bytesOf = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** As published, of Llama 3.1 70B. */
const huge = {
  model_type: 'llama',
  vocab_size: 128_256,
  hidden_size: 8192,
  intermediate_size: 28_672,
  num_hidden_layers: 80,
  num_attention_heads: 64,
  num_key_value_heads: 8,
  rms_norm_eps: 1e-5,
  rope_theta: 500_000,
  max_position_embeddings: 8192,
  hidden_act: 'silu',
  torch_dtype: 'bfloat16',
  tie_word_embeddings: false,
};

const openDialog = async (page: Page): Promise<void> => {
  await page.locator('.setting-label + .select-button').first().click();
  await page.locator('#hub-wish').waitFor();
};

async function lookAt(page: Page, id: string): Promise<void> {
  await openDialog(page);
  await page.locator('#hub-wish').fill(id);
  await page.locator('#hub-wish').press('Enter');
  await page.locator('.hub-takes, .hub-view [role=alert]').waitFor();
}

const download = (page: Page): Promise<void> => page.locator('.hub-view .button-main').click();

const csv = `question,answer,source\n${Array.from({ length: 40 }, (_, i) => `"Where does ship ${i} sail?","To port ${i * 7}, on the evening tide.",log ${i}`).join('\n')}`;

/** Takes those whose name holds `only` into `folder`. */
export async function hubScenes(
  browser: Browser,
  address: string,
  folder: string,
  only: string,
): Promise<void> {
  const hub = await hubServer();
  const tiny = randomFolder();
  const weights = new Uint8Array(8_000_000);
  hub.serve(
    { id: 'tests/Tiny', files: tiny, licence: 'apache-2.0' },
    { id: 'google/gemma-3-270m-it', files: tiny, licence: 'gemma', gated: 'manual' },
    {
      id: 'meta-llama/Llama-3.1-70B',
      licence: 'llama3.1',
      files: new Map([
        ['config.json', bytesOf(huge)],
        ['model.safetensors', new Uint8Array(9)],
      ]),
      listedBytes: { 'model.safetensors': 141_107_412_992 },
    },
    {
      id: 'tests/Slow',
      licence: 'apache-2.0',
      files: new Map([...tiny, ['model.safetensors', weights]]),
    },
  );

  const kept = async (page: Page): Promise<void> => {
    await lookAt(page, 'tests/Tiny');
    await download(page);
    await expect(page).toHaveURL(new RegExp(COMMIT));
    await openDialog(page);
    await page.locator('.hub-badge').first().waitFor();
  };
  const rows = async (page: Page): Promise<void> => {
    await page
      .locator('.select-button', { hasText: /messages|对话/ })
      .first()
      .click();
    await page
      .locator('[role=dialog] input[type=file]')
      .setInputFiles({ name: 'ships.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await page.locator('.rows-table').waitFor();
  };
  const one = { scheme: 'light', locale: 'en-US', size: wide } as const;
  const scenes: readonly Scene[] = [
    { name: 'model-curated-light-1440', ...one, act: openDialog },
    { name: 'model-curated-chinese-390', ...one, locale: 'zh-CN', size: narrow, act: openDialog },
    { name: 'model-gated-light-1440', ...one, act: (page) => lookAt(page, 'google/gemma-3-270m-it') },
    { name: 'model-too-big-light-1440', ...one, act: (page) => lookAt(page, 'meta-llama/Llama-3.1-70B') },
    {
      name: 'model-too-big-chinese-1440',
      ...one,
      locale: 'zh-CN',
      act: (page) => lookAt(page, 'meta-llama/Llama-3.1-70B'),
    },
    {
      name: 'model-downloading-dark-390',
      ...one,
      scheme: 'dark',
      size: narrow,
      act: async (page) => {
        hub.answers('cdn', 'model.safetensors', (_, response) => {
          response.writeHead(200, { 'content-length': weights.length });
          response.write(weights.subarray(0, weights.length / 3));
        });
        await lookAt(page, 'tests/Slow');
        await download(page);
        await page.locator('.hub-progress progress').waitFor();
        await page.waitForTimeout(500);
      },
    },
    { name: 'model-kept-light-1440', ...one, act: kept },
    {
      name: 'storage-light-1440',
      ...one,
      act: async (page) => {
        await kept(page);
        await page.keyboard.press('Escape');
        // A run to go on with.
        await page.getByRole('button', { name: 'Step', exact: true }).click();
        await expect(page.locator('.progress')).toHaveText(/paused at step 1/);
        await page.getByRole('button', { name: 'More run actions' }).click();
        await page.getByRole('menuitem', { name: 'Storage' }).click();
        await page.locator('.kept').waitFor();
      },
    },
    { name: 'columns-light-1440', ...one, act: rows },
    { name: 'columns-chinese-390', ...one, locale: 'zh-CN', size: narrow, act: rows },
    {
      name: 'tokens-light-1440',
      ...one,
      act: async (page) => {
        await rows(page);
        await page.keyboard.press('Escape');
        await page.locator('.row-facts').waitFor();
        await page.locator('.rows-head').evaluate((element) => {
          element.scrollIntoView();
          // The bar stands above.
          window.scrollBy(0, -80);
        });
      },
    },
  ];
  try {
    for (const { name, size, scheme, locale, act } of scenes.filter((scene) => scene.name.includes(only))) {
      hub.forget();
      const context = await browser.newContext({
        viewport: size,
        colorScheme: scheme,
        locale,
        serviceWorkers: 'block',
      });
      await context.addInitScript(plainPickers);
      await context.addInitScript(onBackend, 'webgpu');
      const page = await context.newPage();
      await page.addInitScript((at) => localStorage.setItem('lora-playground.hub', at), hub.address);
      await page.goto(address);
      await expect(page.locator('.strip-cells')).toBeVisible();
      if (size === narrow) await page.locator('.narrow-doors .button').first().click();
      await act(page);
      await page.waitForTimeout(400);
      await page.screenshot({ path: `${folder}/${name}.png` });
      await context.close();
    }
  } finally {
    hub.close();
  }
}

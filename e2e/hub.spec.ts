// A model by its name, from a hub of this machine: what only a browser does with it (its private files, its locks between tabs, redirects to
// another origin). The rest is driven in Node (src/engine/hub). On the CPU: the model is tiny.
import type { Page } from '@playwright/test';
import { serving, status } from '../src/engine/ground/fetching/testing/hostileServer.ts';
import type { HubServer } from '../src/engine/hub/testing/hubServer.ts';
import { COMMIT, hubServer } from '../src/engine/hub/testing/hubServer.ts';
import { randomFolder } from '../src/engine/testing/checkpoint.ts';
import { alone, expect, losses, trainToTheEnd } from './playground.ts';

const link =
  './#v=1&preset=polite-refusal&train.max_steps=2&train.warmup_steps=0&train.per_device_train_batch_size=1&generate.max_new_tokens=2';
const folder = randomFolder();
const weights = folder.get('model.safetensors') ?? new Uint8Array();

let hub: HubServer;
alone.beforeAll(async () => {
  hub = await hubServer();
  hub.serve({ id: 'tests/Tiny', files: folder });
});
alone.afterAll(() => hub.close());

async function visit(page: Page): Promise<void> {
  await page.addInitScript((address) => localStorage.setItem('lora-playground.hub', address), hub.address);
  await page.goto(link);
  await expect(page.locator('.strip-cells')).toBeVisible();
  await page.getByRole('button', { name: /^Base model/ }).click();
}

async function ask(page: Page, wish: string): Promise<void> {
  await page.getByRole('textbox', { name: /its name on localhost/ }).fill(wish);
  await page.getByRole('button', { name: 'Download and open' }).click();
}

const opened = (page: Page) => expect(page).toHaveURL(new RegExp(`model\\.hub=tests/Tiny(@|%40)${COMMIT}`));

alone(
  'a model is fetched, kept, trained, and opened without a request',
  async ({ page, context, requests }) => {
    await visit(page);
    expect(hub.asked).toEqual([]);
    // Cut in the middle, then refused: what came stays.
    hub.answers('cdn', 'model.safetensors', serving({ bytes: weights, cutAfter: 300_000 }), status(403));
    await ask(page, 'tests/Tiny');
    await expect(page.getByRole('alert')).toContainText('refuses it (403)');
    hub.answers('cdn', 'model.safetensors', serving({ bytes: weights.map((byte) => byte ^ 1) }));
    const second = await context.newPage();
    await visit(second);
    await Promise.all([ask(page, 'tests/Tiny'), ask(second, 'tests/Tiny')]);
    await Promise.all([opened(page), opened(second)]);
    await second.close();
    await trainToTheEnd(page);
    expect((await losses(page)).steps).toBe(2);
    hub.forget();
    await page.reload();
    await expect(page.getByRole('button', { name: /^Base model/ })).toContainText('Tiny');
    await expect(page.locator('.strip-cells')).toBeVisible();
    expect(hub.asked).toEqual([]);
    // The hub and its CDN, after the button was pressed, and nobody else.
    expect(requests.strangers([new URL(page.url()).origin, hub.address, hub.cdnAddress])).toEqual([]);
  },
);

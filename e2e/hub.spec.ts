// A model by its name, from a hub of this machine: what only a browser does with it (its private files, its locks between tabs, redirects to
// another origin). The rest is driven in Node (src/engine/hub). On the CPU: the model is tiny.
import type { Page } from '@playwright/test';
import type { Answer } from '../src/engine/ground/fetching/testing/hostileServer.ts';
import { serving } from '../src/engine/ground/fetching/testing/hostileServer.ts';
import type { HubServer } from '../src/engine/hub/testing/hubServer.ts';
import { COMMIT, hubServer, READ_TOKEN } from '../src/engine/hub/testing/hubServer.ts';
import { WRITE_TOKEN, WRITER } from '../src/engine/hub/testing/pushDoor.ts';
import { randomFolder } from '../src/engine/testing/checkpoint.ts';
import { alone, expect, faults, losses, overflow, trainToTheEnd } from './playground.ts';

const link =
  './#v=1&preset=polite-refusal&train.max_steps=2&train.warmup_steps=0&train.per_device_train_batch_size=1&generate.max_new_tokens=2';
const folder = randomFolder();
const weights = folder.get('model.safetensors') ?? new Uint8Array();

const csv = 'question,answer\nWho sails?,The captain.\nWhere?,At sea.\nWhen?,At dawn.\n';

let hub: HubServer;
alone.beforeAll(async () => {
  hub = await hubServer();
  hub.serve(
    { id: 'tests/Tiny', files: folder },
    { id: 'datasets/tests/rows', files: new Map([['train.csv', new TextEncoder().encode(csv)]]) },
  );
});
alone.afterAll(() => hub.close());

async function visit(page: Page): Promise<void> {
  await page.addInitScript((address) => localStorage.setItem('lora-playground.hub', address), hub.address);
  await page.goto(link);
  await expect(page.locator('.strip-cells')).toBeVisible();
  await page.getByRole('button', { name: /^Base model/ }).click();
}

async function ask(page: Page, wish: string): Promise<void> {
  await page.locator('#hub-wish, .hub-view').waitFor();
  const field = page.getByRole('textbox', { name: 'Name, words, or an address' });
  if (await field.isVisible()) {
    await field.fill(wish);
    await page.getByRole('button', { name: 'Look at it' }).click();
  }
  await page
    .locator('.hub-view')
    .getByRole('button', { name: /^(Download|Go on with|Open)/ })
    .click();
}

const opened = (page: Page) => expect(page).toHaveURL(new RegExp(`model\\.hub=tests/Tiny(@|%40)${COMMIT}`));

/** Sends the first half of the weights and then nothing more. */
const half: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': weights.length });
  response.write(weights.subarray(0, weights.length / 2));
};
/** As the page says it: the small files are there, and half of the weights. */
const all = [...folder.values()].reduce((sum, { length }) => sum + length, 0);
const halfWay = `model.safetensors, ${Math.round((all - weights.length / 2) / 1024)} KiB of`;
const spoilt = serving({ bytes: weights.map((byte) => byte ^ 1) });

/** One journey: each stretch begins with what the last one left. */
alone(
  'a model is fetched once, kept, trained, opened again',
  async ({ page, context, requests, browser }) => {
    await visit(page);
    await page.locator('#hub-wish').waitFor();
    expect(await faults(page)).toEqual([]);
    expect(hub.asked, 'before the button is pressed').toEqual([]);

    // What is not the hub's is refused, and nothing of it stays.
    hub.answers('cdn', 'model.safetensors', spoilt);
    await ask(page, 'tests/Tiny');
    await expect(page.getByRole('alert')).toContainText('its checksum is another');
    hub.forget();

    // A second tab waits for the first; when that gives up half way, it goes on from there: no byte comes twice, and the first has it too.
    hub.answers('cdn', 'model.safetensors', half);
    await ask(page, 'tests/Tiny');
    await expect(page.locator('.hub')).toContainText(halfWay);
    const second = await context.newPage();
    await visit(second);
    await ask(second, 'tests/Tiny');
    await expect(second.locator('.hub')).toContainText('is being downloaded in another tab');
    // A tab in the background draws nothing, and is not pressed.
    await page.bringToFront();
    await page.getByRole('button', { name: 'Give the download up' }).click();
    await opened(second);
    await second.close();
    await ask(page, 'tests/Tiny');
    await opened(page);
    expect(hub.sentBytes).toBe(weights.length);

    // Rows of a data set: two of its three, and the link names where they are.
    await page.locator('.select-button', { hasText: 'messages' }).click();
    await page.getByRole('textbox', { name: 'Name of the data set' }).fill('tests/rows');
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByRole('textbox', { name: 'First rows' }).fill('2');
    await page.getByRole('button', { name: 'Fetch these rows' }).click();
    await expect(page.getByRole('dialog')).toContainText('tests/rows default train[:2]: 2 rows, 2 columns');
    expect(await faults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Done' }).click();
    await expect(page).toHaveURL(/data=z\./);
    await trainToTheEnd(page);
    const here = await losses(page);
    expect(here.steps).toBe(2);

    // The run goes to a repository: a refusal is told where it was asked for, and what is sent is all there.
    await page.getByRole('button', { name: 'Push to a hub' }).click();
    await page.getByRole('textbox', { name: 'Repository' }).fill('others/run');
    await page.getByLabel('Access token').fill(WRITE_TOKEN);
    await page.getByRole('button', { name: 'Push', exact: true }).click();
    await expect(page.getByRole('alert')).toContainText('does not let the token write there');
    await page.getByRole('textbox', { name: 'Repository' }).fill(`${WRITER}/run`);
    await page.getByRole('button', { name: 'Push', exact: true }).click();
    await expect(page.getByRole('link', { name: `${hub.address}/${WRITER}/run` })).toBeVisible();
    expect(await faults(page)).toEqual([]);
    const pushed = [...(hub.pushed.get(`${WRITER}/run`)?.files.keys() ?? [])];
    expect(pushed).toEqual(expect.arrayContaining(['README.md', 'adapter_model.safetensors', 'train.py']));
    expect(
      hub.asked.filter(({ server }) => server === 'cdn').map(({ headers }) => headers.authorization),
    ).not.toContain(`Bearer ${WRITE_TOKEN}`);
    await page.keyboard.press('Escape');

    // Another visit: model and rows are here, and nobody is asked.
    hub.forget();
    await page.reload();
    await expect(page.getByRole('button', { name: /^Base model/ })).toContainText('Tiny');
    await expect(page.locator('.strip-cells')).toBeVisible();
    await expect(page.locator('.rows-head')).toContainText('2 rows');
    expect(hub.asked, 'of what is kept').toEqual([]);

    // Its link on a machine that has nothing of it: what fetching it takes is told first, then it is the same run.
    const elsewhere = await browser.newContext({
      serviceWorkers: 'block',
      viewport: { width: 390, height: 844 },
    });
    const other = await elsewhere.newPage();
    await other.addInitScript((address) => localStorage.setItem('lora-playground.hub', address), hub.address);
    hub.forget();
    await other.goto(page.url());
    await other.getByRole('button', { name: 'Choose model files' }).click();
    await other.getByRole('button', { name: 'See what fetching it takes' }).waitFor();
    expect(hub.asked, 'before a button is pressed').toEqual([]);
    await other.getByRole('button', { name: 'See what fetching it takes' }).click();
    await expect(other.locator('.hub-takes')).toContainText('fits');
    expect(hub.sentBytes, 'before the download').toBe(0);
    expect([await faults(other), await overflow(other)]).toEqual([[], 0]);
    await other.getByRole('button', { name: /^Download \d+ KiB and open/ }).click();
    await opened(other);
    await other.getByRole('button', { name: 'Open the rows' }).click();
    await other.getByRole('button', { name: 'See what fetching them takes' }).click();
    await other.getByRole('button', { name: 'Fetch these rows' }).click();
    await other.getByRole('button', { name: 'Done' }).click();
    await trainToTheEnd(other);
    expect(await losses(other)).toEqual(here);
    await elsewhere.close();

    // Who asks is the hub's to know, not its CDN's: the browser itself takes the token off the redirect.
    hub.forget();
    const got = await page.evaluate(
      async ([address, token]) => {
        const headers = { authorization: `Bearer ${token}` };
        return (await fetch(`${address}/tests/Tiny/resolve/main/model.safetensors`, { headers })).status;
      },
      [hub.address, READ_TOKEN] as const,
    );
    const told = hub.asked.map(({ server, headers }) => [server, headers.authorization]);
    expect([got, told]).toEqual([
      200,
      [
        ['hub', `Bearer ${READ_TOKEN}`],
        ['cdn', undefined],
      ],
    ]);

    const origin = new URL(page.url()).origin;
    expect(requests.strangers([origin, hub.address, hub.cdnAddress]), 'asked beside the hub').toEqual([]);
  },
);

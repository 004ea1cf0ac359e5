// Files of the page that do not come, or come wrong: told, with the link kept and nothing trained. The rest is driven in Node
// (src/engine/ground/fetching); here stands what only a browser does. On the CPU: no device
// is opened for a run that never begins.
import { readFileSync } from 'node:fs';
import type { Page, Route } from '@playwright/test';
import type { CachingHost } from './cachingHost.ts';
import { cachingHost } from './cachingHost.ts';
import { alone, expect, test } from './playground.ts';

const link =
  './#v=1&preset=polite-refusal&train.max_steps=2&train.learning_rate=0.0009&generate.max_new_tokens=2';
const train = (page: Page) => page.getByRole('button', { name: 'Train', exact: true });

/** Answers the first `times` requests for a file so, and lets the rest through. */
async function once(page: Page, file: string, answer: (route: Route) => Promise<void>, times = 1) {
  let asked = 0;
  await page.context().route(file, (route) => {
    asked += 1;
    return asked <= times ? answer(route) : route.continue();
  });
  return () => asked;
}

test.afterEach(async ({ page, complaints }) => {
  await page.context().unrouteAll();
  // The browser tells of every file that does not come; anything else would be a fault.
  const others = complaints.filter((one) => !/Failed to load resource|net::ERR_FAILED/.test(one));
  complaints.length = 0;
  complaints.push(...others);
});

test('without presets nothing is trained, the link stays, and trying again opens it', async ({ page }) => {
  await once(page, '**/presets/presets.json', (route) => route.fulfill({ status: 404 }));
  await page.goto(link);
  const told = page.getByRole('region', { name: /could not be opened/ });
  await expect(told).toContainText('presets/presets.json: the server has no such file (404)');
  await expect(train(page)).toBeDisabled();
  await page.keyboard.press('Space');
  await expect(page.locator('.progress')).toHaveText(/ready/i);
  expect(page.url()).toContain(link.slice(1));
  // The route that was added last answers.
  const asked = await once(page, '**/presets/presets.json', (route) => route.fulfill({ status: 503 }));
  await told.getByRole('button', { name: 'Try again' }).click();
  await expect(told).toHaveCount(0);
  await expect(train(page)).toBeEnabled();
  await expect(page.getByRole('textbox', { name: 'learning_rate' })).toHaveValue('9e-4');
  await expect(page.locator('.strip-cells')).toBeVisible();
  expect(page.url()).toContain(link.slice(1));
  expect(asked()).toBeGreaterThan(1);
});

test('a model of other bytes is not trained, and a busy server is asked again', async ({ page }) => {
  const model = readFileSync('public/model/model.safetensors');
  model[1_000_000] = (model[1_000_000] ?? 0) ^ 255;
  const rows = await once(page, '**/presets/polite-refusal.jsonl', (route) => route.fulfill({ status: 503 }));
  const asked = await once(page, '**/model/model.safetensors', (route) => route.fulfill({ body: model }), 4);
  await page.goto(link);
  await expect(page.locator('.strip-cells')).toBeVisible();
  expect(rows()).toBeGreaterThan(1);
  // The question of the first screen is not answered by such a model either, and leaves it to the run to say so.
  await expect.poll(asked).toBe(2);
  await expect(page.locator('.answer-now')).toContainText('when the run starts');
  await train(page).click();
  const told = page.locator('.failure');
  await expect(told).toContainText(
    'model/model.safetensors: its 2630760 bytes are not the ones that belong there',
  );
  expect(asked()).toBe(4);
});

test('a worker whose script does not come is told in words that fit', async ({ page }) => {
  await once(page, '**/assets/worker-*.js', (route) => route.abort(), 100);
  await page.goto(link);
  await expect(page.locator('.failure').first()).toContainText('The engine could not be fetched');
  await expect(page.locator('body')).not.toContainText('undefined');
});

test('without its main script the page says so', async ({ page }) => {
  await once(page, '**/assets/index-*.js', (route) => route.abort());
  await page.goto(link);
  await expect(page.getByRole('alert')).toContainText(
    /index-.*\.js: this file of the page could not be fetched/,
  );
  await expect(page.locator('#root')).toContainText('If this line stays');
});

const onCachingHost = alone.extend<{ readonly host: CachingHost }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
  host: async ({}, use) => {
    const host = await cachingHost();
    await use(host);
    host.close();
  },
  baseURL: async ({ host }, use) => use(host.address),
});

onCachingHost(
  'what a warm cache holds of another page is noticed, and past it the right file comes',
  async ({ page, host }) => {
    host.spoils = true;
    await page.goto(link);
    // The question of the first screen: once as it came, once past the cache. The browser keeps the spoiled one.
    await expect.poll(() => host.asked).toBe(2);
    await expect(page.locator('.answer-now')).toContainText('when the run starts');
    await train(page).click();
    await expect(page.locator('.failure')).toContainText('are not the ones that belong there');
    // Out of the cache without a word to the server, and once past it.
    expect(host.asked).toBe(3);
    host.spoils = false;
    await page.reload();
    await expect(page.locator('.answer-now .try-text:not(.dim)')).toBeVisible();
    await train(page).click();
    await expect(page.locator('.progress')).toHaveAttribute('data-phase', /before|running|after|finished/);
    await expect(page.locator('.failure')).toHaveCount(0);
    // The spoiled one came out of the cache once more, then the right one past it.
    expect(host.asked).toBe(4);
    // The server has another file again, and nobody need know: what is kept is the right one.
    host.spoils = true;
    await page.reload();
    await expect(page.locator('.answer-now .try-text:not(.dim)')).toBeVisible();
    await train(page).click();
    await expect(page.locator('.progress')).toHaveAttribute('data-phase', /before|running|after|finished/);
    expect(host.asked).toBe(4);
  },
);

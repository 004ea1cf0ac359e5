// What every journey needs: opening the page, waiting for the strip and for a run, reading losses, and failing on any complaint
// of the browser (blocked by the policy, thrown, not found) and on any request of any page or worker that leaves the page's origin.
import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContext, Page } from '@playwright/test';
import { test as base, expect } from '@playwright/test';
import { onBackend } from '../tools/start/onBackend.ts';
import { plainPickers } from '../tools/start/plainPickers.ts';
import type { Requests } from './requests.ts';
import { listenToRequests } from './requests.ts';

export { expect };

interface Fixtures {
  readonly complaints: string[];
  /** What runs is left to the page: Automatic, as a newcomer has it. */
  readonly automatic: boolean;
}
interface WorkerFixtures {
  /**
   * What runs in the project with an adapter, which computes on the processor: WebGPU, or, where a journey is about something else, ONNX
   * Runtime, which is many times as fast there.
   */
  readonly backend: Backend;
  /** From whatever page, context or worker. */
  readonly requests: Requests;
}

type Backend = 'webgpu' | 'ort';

/** A context that a program drives; of the two projects the one with an adapter tries this backend, whatever is faster. */
export async function driven(
  context: BrowserContext,
  project: string | null,
  backend: Backend,
): Promise<void> {
  await context.addInitScript(plainPickers);
  if (project === 'webgpu') await context.addInitScript(onBackend, backend);
}

/** With a browser context of the test's own: for another language or width, for scripts before the page, for what storage keeps. */
export const alone = base.extend<Fixtures, WorkerFixtures>({
  automatic: [false, { option: true }],
  backend: ['webgpu', { option: true, scope: 'worker' }],
  context: async ({ context, automatic, backend }, use, { project }) => {
    await driven(context, automatic ? null : project.name, backend);
    await use(context);
  },
  requests: [async ({ browser }, use) => use(listenToRequests(browser)), { scope: 'worker', auto: true }],
  complaints: [
    async ({ page, requests, baseURL }, use, { project }) => {
      const complaints = listen(page);
      await use(complaints);
      expect(complaints, 'the browser complained').toEqual([]);
      const origins = [baseURL, project.use.baseURL].map((address = '') => new URL(address).origin);
      expect(requests.strangers(origins), 'requests that left the origin').toEqual([]);
      expect(requests.count).toBeGreaterThan(0);
    },
    { auto: true },
  ],
});

/** In one tab that all tests of a worker share, emptied before each: its caches stay warm, nothing else is left over. */
export const test = alone.extend<object, { readonly tab: Page }>({
  tab: [
    // After the requests are listened to.
    async ({ browser, backend, requests: _ }, use, { project }) => {
      const { baseURL = '', locale = 'en-US', colorScheme = 'light', actionTimeout = 0 } = project.use;
      const context = await browser.newContext({ baseURL, locale, colorScheme, serviceWorkers: 'block' });
      context.setDefaultTimeout(actionTimeout);
      await driven(context, project.name, backend);
      await use(await context.newPage());
      await context.close();
    },
    { scope: 'worker' },
  ],
  page: async ({ tab, baseURL }, use) => {
    // Leaves the page first: it would go on writing.
    await tab.goto('about:blank');
    const session = await tab.context().newCDPSession(tab);
    await session.send('Storage.clearDataForOrigin', {
      origin: new URL(baseURL ?? '').origin,
      storageTypes: 'local_storage,file_systems',
    });
    await session.detach();
    await use(tab);
    tab.removeAllListeners();
  },
});

/** Gathers errors of the page's console and what it throws. */
export function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
}

/** Opens the page with the settings of a link, `train.max_steps=4&lora.r=4`, and waits for the strip. */
export async function open(page: Page, settings = ''): Promise<void> {
  await page.goto(settings === '' ? './' : `./#v=1&${settings}`);
  await expect(page.locator('.strip-cells')).toBeVisible();
}

/** A step of training takes seconds, on a busy machine many; a run whose progress line says the same for so long stands still. */
const standstillMs = 600_000;

/** Waits until the progress line says this, however long it takes, as long as it goes on saying something new. */
export async function reach(page: Page, wanted: RegExp): Promise<void> {
  for (let said = ''; !wanted.test(said); ) {
    expect(said, `on the way to ${wanted}`).not.toMatch(/^stopped/);
    const next = await page.waitForFunction(
      (before) => {
        const now = document.querySelector('.progress')?.textContent?.trim() ?? '';
        return now !== before && now;
      },
      said,
      { timeout: standstillMs, polling: 50 },
    );
    said = String(await next.jsonValue());
  }
}

/** Presses Train and waits until the run has finished. */
export async function trainToTheEnd(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  // After an earlier run the line says so until this one begins.
  await expect(page.locator('.progress')).not.toHaveText(/^finished/);
  await reach(page, /^finished, \d+ steps/);
}

/** Puts own rows in place of the preset's. */
export async function useRows(page: Page, text: string): Promise<void> {
  await page
    .getByRole('button', { name: /messages|own|prompt|text/ })
    .first()
    .click();
  await page.locator('#own-rows').fill(text);
  await page.getByRole('button', { name: 'Use these rows' }).click();
}

/** What a press of this button saves. */
export async function downloaded(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

/** First and last loss from the chart's sentence for screen readers. */
export async function losses(
  page: Page,
): Promise<{ readonly steps: number; readonly first: number; readonly last: number }> {
  const sentence = await page.locator('figcaption').first().textContent();
  const found = /Loss: (\d+) steps, from ([\d.e+-]+) to ([\d.e+-]+)/.exec(sentence ?? '');
  if (found === null) throw new Error(`no losses in "${sentence}"`);
  return { steps: Number(found[1]), first: Number(found[2]), last: Number(found[3]) };
}

/** How far the page is wider than its window, in pixels. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/** What axe finds. */
export async function faults(page: Page): Promise<readonly string[]> {
  // A panel that fades in has no contrast yet.
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
  const { violations } = await new AxeBuilder({ page })
    .options({ rules: { 'target-size': { enabled: true } } })
    .analyze();
  return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')}`));
}

/** The sum of the page's layout shifts from now on. */
export async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const seen = { shift: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if ('value' in entry) seen.shift += Number(entry.value);
    }).observe({ type: 'layout-shift' });
  });
  return () => page.evaluate(() => (window as unknown as { seen: { shift: number } }).seen.shift);
}

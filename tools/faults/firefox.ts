// The machine for faults in Firefox, over WebDriver BiDi: Playwright drives only its own Firefox build. What takes the browser's own tools
// (a crash, a quota, memory) is not done here; a file is told to have come when the page hands it to the browser.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { launch } from 'puppeteer-core';
import { portableVariants, tuningKey, wantedFeatures } from '../../src/engine/training/backends/variants.ts';
import { adapterOf, keepTuning, look, terminate, watch } from './page.ts';
import type { Lane, Room, Tab } from './tab.ts';
import { LOOK_MS, pause } from './tab.ts';

// Firefox on Linux has WebGPU behind a preference, and a software adapter only past its block-list.
const preferences = {
  'dom.webgpu.enabled': true,
  'dom.webgpu.workers.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
  'intl.accept_languages': 'en-US',
  'browser.download.folderList': 2,
  'browser.download.useDownloadDir': true,
};

const launched = (): Promise<Browser> =>
  launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr',
    headless: true,
    extraPrefsFirefox: { ...preferences, 'browser.download.dir': mkdtempSync(join(tmpdir(), 'downloads-')) },
    // No limits: a busy machine would reach them.
    timeout: 0,
    protocolTimeout: 0,
  });

const buttonOf = (name: string): HTMLButtonElement | null =>
  [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === name) ?? null;

function tabOf(page: Page): Tab {
  let files = 0;
  return {
    see: async () => {
      const seen = await page.evaluate(look).catch(() => null);
      files = seen?.saved ?? files;
      return seen;
    },
    rest: () => pause(LOOK_MS),
    go: async (address) => {
      await page.goto(address, { timeout: 0 });
      await page.waitForSelector('.strip-cells', { timeout: 0 });
    },
    reload: async () => {
      await page.reload({ timeout: 0 });
    },
    leaveAndReturn: async () => {
      await page.goto('about:blank');
      await page.goBack();
    },
    press: async (name) => {
      await page.waitForFunction(buttonOf, { timeout: 120_000 }, name);
      const buttons = await page.$$('button');
      const names = await page.$$eval('button', (all) => all.map((one) => one.textContent?.trim()));
      await buttons[names.indexOf(name)]?.click();
    },
    terminate: (workers) => page.evaluate(terminate, workers),
    close: () => page.close(),
    get gone() {
      return page.isClosed();
    },
    get files() {
      return files;
    },
  };
}

/** `address`: of the page. Its icon has the same origin and no scripts. */
export async function openFirefox(address: string): Promise<Lane> {
  let browser = await launched();
  let key: string | null = null;

  async function room(): Promise<Room> {
    const context = await browser.createBrowserContext();
    const first = await context.newPage();
    await first.goto(`${address}icon.svg`, { timeout: 0 });
    if (key === null) {
      const { features, info } = await first.evaluate(adapterOf, wantedFeatures);
      key = tuningKey(features, info);
    }
    await first.evaluate(keepTuning, [key, portableVariants] as const);
    return {
      open: async () => {
        const page = await context.newPage();
        await page.evaluateOnNewDocument(watch);
        return tabOf(page);
      },
      strike: (out) => Promise.reject(new Error(`${out.do} takes tools that Firefox does not give`)),
      heal: () => Promise.resolve(),
      close: () => context.close(),
    };
  }

  return {
    room,
    renew: async () => {
      await browser.close();
      browser = await launched();
    },
    close: () => browser.close(),
  };
}

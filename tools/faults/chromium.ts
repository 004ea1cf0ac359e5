// The machine for faults in Chromium, driven by Playwright: one browser for many cells, each in a context of its own.
import type { Browser, BrowserContext, CDPSession, Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { portableVariants, tuningKey, wantedFeatures } from '../../src/engine/training/backends/variants.ts';
import type { Outside } from './list.ts';
import { adapterOf, keepTuning, look, terminate, watch } from './page.ts';
import type { Lane, Room, Tab } from './tab.ts';
import { LOOK_MS, pause } from './tab.ts';

const PATIENCE_MS = 120_000;

export const launched = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });

interface ChromiumTab extends Tab {
  readonly page: Page;
}

function tabOf(page: Page): ChromiumTab {
  let crashed = false;
  let files = 0;
  page.setDefaultTimeout(PATIENCE_MS);
  page.on('crash', () => {
    crashed = true;
  });
  page.on('download', () => {
    files += 1;
  });
  const ready = (): Promise<void> => page.locator('.strip-cells').waitFor();
  return {
    page,
    see: () => page.evaluate(look).catch(() => null),
    rest: () => pause(LOOK_MS),
    go: async (address) => {
      await page.goto(address);
      await ready();
    },
    reload: async () => {
      await page.reload();
    },
    leaveAndReturn: async () => {
      await page.goto('about:blank');
      await page.goBack();
    },
    press: (name) => page.getByRole('button', { name, exact: true }).first().click(),
    terminate: (workers) => page.evaluate(terminate, workers),
    close: () => page.close(),
    get gone() {
      return crashed || page.isClosed();
    },
    get files() {
      return files;
    },
  };
}

/** Chromium's own tools. */
async function strike(out: Outside, browser: Browser, session: CDPSession, origin: string): Promise<void> {
  switch (out.do) {
    case 'gpu-process-crash': {
      const whole = await browser.newBrowserCDPSession();
      return void whole.send('Browser.crashGpuProcess').catch(() => {});
    }
    case 'tab-crash':
      return void session.send('Page.crash').catch(() => {});
    case 'memory-pressure':
      return void (await session.send('Memory.simulatePressureNotification', { level: 'critical' }));
    case 'files-gone':
      return void (await session.send('Storage.clearDataForOrigin', {
        origin,
        storageTypes: 'file_systems',
      }));
    case 'quota':
      return void (await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: out.bytes }));
    case 'frozen':
      await session.send('Page.setWebLifecycleState', { state: 'frozen' });
      return void pause(3000)
        .then(() => session.send('Page.setWebLifecycleState', { state: 'active' }))
        .catch(() => {});
    default:
      throw new Error(`${out.do} is not done by Chromium`);
  }
}

/** `address`: of the page. Its icon has the same origin and no scripts. */
export async function openChromium(address: string): Promise<Lane> {
  let browser = await launched();
  const { origin } = new URL(address);
  let key: string | null = null;

  /** The kernels that compile soonest, in place of those that a measurement would choose: every run takes the same. */
  async function prepare(context: BrowserContext): Promise<void> {
    const page = await context.newPage();
    await page.goto(`${address}icon.svg`);
    if (key === null) {
      const { features, info } = await page.evaluate(adapterOf, wantedFeatures);
      key = tuningKey(features, info);
    }
    await page.evaluate(keepTuning, [key, portableVariants] as const);
    await page.close();
  }

  async function room(): Promise<Room> {
    const context = await browser.newContext({
      viewport: { width: 1000, height: 700 },
      serviceWorkers: 'block',
    });
    await prepare(context);
    await context.addInitScript(watch);
    const tabs = new Map<Tab, Page>();
    let full = false;
    const pageOf = (tab: Tab): Page => {
      const page = tabs.get(tab);
      if (!page) throw new Error('the tab is of another room');
      return page;
    };
    return {
      open: async () => {
        const tab = tabOf(await context.newPage());
        tabs.set(tab, tab.page);
        return tab;
      },
      strike: async (out, tab) => {
        full ||= out.do === 'quota';
        await strike(out, browser, await context.newCDPSession(pageOf(tab)), origin);
      },
      heal: async () => {
        if (!full) return;
        const page = await context.newPage();
        const session = await context.newCDPSession(page);
        await page.goto(`${address}icon.svg`);
        await session.send('Storage.overrideQuotaForOrigin', { origin });
        await page.close();
      },
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

// `npm run screenshots`: pictures of the built page for docs/screenshots, in Chromium with a software WebGPU adapter.
// Takes them by the journeys of e2e; judges nothing.
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from '@playwright/test';
import { chromium, expect as expectFor } from '@playwright/test';
import { failing } from '../../e2e/failingScript.ts';
import type { Command } from '../commandLine.ts';
import { tool } from '../commandLine.ts';
import { onBackend } from '../start/onBackend.ts';
import { serve } from '../start/serve.ts';
import { buildIfStale } from '../start/stale.ts';
import { hubScenes } from './hubScenes.ts';
import { walkAsStranger } from './stranger.ts';

const root = resolve(fileURLToPath(new URL('../../', import.meta.url)));
const folder = `${root}/docs/screenshots`;
// A picture is worth waiting for on a busy machine.
const expect = expectFor.configure({ timeout: 600_000 });

interface View {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  readonly locale: string;
  readonly link: string;
  /** Pasted and read before the picture. */
  readonly script?: string;
}

const wide = { width: 1440, height: 900 } as const;
const narrow = { width: 390, height: 844 } as const;
const english = { scheme: 'light', locale: 'en-US', link: '' } as const;

const views: readonly View[] = [
  { name: 'before-light-1440', ...wide, ...english },
  { name: 'before-dark-1440', ...wide, ...english, scheme: 'dark' },
  { name: 'before-light-390', ...narrow, ...english },
  { name: 'before-chinese-1440', ...wide, ...english, locale: 'zh-CN' },
  { name: 'error-light-1440', ...wide, ...english, link: 'preset=element-0' },
  { name: 'error-dark-390', ...narrow, ...english, scheme: 'dark', link: 'preset=element-0' },
  { name: 'script-light-1440', ...wide, ...english, script: failing },
  { name: 'script-chinese-1440', ...wide, ...english, locale: 'zh-CN', script: failing },
  { name: 'script-dark-390', ...narrow, ...english, scheme: 'dark', script: failing },
  { name: 'error-chinese-1440', ...wide, ...english, locale: 'zh-CN', link: 'preset=element-0' },
];

async function open(browser: Browser, address: string, view: View): Promise<Page> {
  const { width, height, scheme, locale, link, script } = view;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    locale,
    serviceWorkers: 'block',
  });
  await context.addInitScript(onBackend, 'webgpu');
  const page = await context.newPage();
  await page.goto(`${address}${link === '' ? '' : `#v=1&${link}`}`);
  await expect(page.locator('.strip-cells')).toBeVisible();
  if (script !== undefined) {
    await page.keyboard.press('p');
    await page.locator('#paste-in').fill(script);
    await page.locator('.paste-box .button-main').click();
    await expect(page.locator('.verdict-card')).toBeVisible();
  }
  await page.waitForTimeout(800);
  return page;
}

async function run(browser: Browser, address: string): Promise<void> {
  const page = await open(browser, address, { name: '', ...wide, ...english });
  const shot = (name: string): Promise<unknown> => page.screenshot({ path: `${folder}/${name}.png` });
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await expect(page.locator('.progress')).toHaveText(/step (2[0-9]|3[0-9]) \/ 60/);
  await shot('during-light-1440');
  await expect(page.locator('.progress')).toHaveText(/finished, 60 steps/);
  await page.waitForTimeout(500);
  await shot('after-light-1440');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForTimeout(500);
  await shot('after-dark-1440');
  await page.setViewportSize(narrow);
  await page.waitForTimeout(500);
  await shot('after-dark-390');
  await page.context().close();
}

export const command = {
  call: 'npm run screenshots --',
  about: 'Takes the pictures in docs/screenshots from the built page.',
  options: {
    stranger: {
      type: 'boolean',
      help: 'instead, walks the five tasks of docs/stranger.md and takes the pictures in docs/stranger; --only: as “dark error”, “chinese facts” or “ranks”',
    },
    only: { type: 'string', value: 'TEXT', help: 'only pictures whose name holds this, and no run' },
  },
} as const satisfies Command;

export const main = tool(command, async ({ only, stranger }) => {
  mkdirSync(folder, { recursive: true });
  await buildIfStale(root);
  const { address, server } = await serve(`${root}/dist`, { port: 4291, base: '/', host: 'localhost' });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
  try {
    if (stranger) {
      await walkAsStranger(browser, address, `${root}/docs/stranger`, only ?? '');
      return 0;
    }
    for (const view of views.filter(({ name }) => name.includes(only ?? ''))) {
      const page = await open(browser, address, view);
      await page.screenshot({ path: `${folder}/${view.name}.png` });
      await page.context().close();
    }
    if (only === undefined) await run(browser, address);
    await hubScenes(browser, address, folder, only ?? '');
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
  return 0;
});

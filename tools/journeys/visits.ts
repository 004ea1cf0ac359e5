// Brings a page of Chromium to each scene of reachScenes.ts and reachDialogs.ts once, and hands it to whoever judges it. Scenes with a run follow one
// another on one page; one that can't be come to is told, and says nothing of the others.
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import type { HubServer } from '../../src/engine/hub/testing/hubServer.ts';
import { hubServer } from '../../src/engine/hub/testing/hubServer.ts';
import { randomFolder } from '../../src/engine/testing/checkpoint.ts';
import { plainPickers } from '../start/plainPickers.ts';
import { dialogScenes } from './reachDialogs.ts';
import type { Scene } from './reachScenes.ts';
import { closed, ended, states, tinyRun } from './reachScenes.ts';

/** A busy machine takes its time. */
export const PATIENCE_MS = 180_000;
const HEIGHT = 900;
const WIDE = 1280;

export const languages = ['en', 'zh'] as const;

const software = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
export const launched = (args: readonly string[] = software): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', ...args],
  });

/** Those on the page of the run at the end. */
const scenes: readonly Scene[] = [...states, ...dialogScenes].toSorted(
  (a, b) => Number(a.run ?? false) - Number(b.run ?? false),
);

export const sized = (page: Page, width: number): Promise<void> =>
  page.setViewportSize({ width, height: HEIGHT });

/** The page in this language, with whatever lies over it: by the button of the bar of a wide page. */
export async function speaks(page: Page, language: (typeof languages)[number]): Promise<void> {
  const is = (wanted: string): boolean => document.documentElement.lang.startsWith(wanted);
  if (await page.evaluate(is, language)) return;
  await sized(page, WIDE);
  const button = page.locator('.bar [data-part=language]');
  await button.waitFor({ state: 'attached' });
  await button.evaluate((one) => one instanceof HTMLElement && one.click());
  await page.waitForFunction(is, language);
  await page.locator('.strip-cells').first().waitFor({ state: 'attached' });
}

export interface WalkOptions {
  readonly address: string;
  /** Only where the name of what is judged has all these words. */
  readonly only: string;
  readonly tell: (line: string) => void;
}

interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
}

/** A hub of this machine with a model and rows. */
async function smallHub(): Promise<HubServer> {
  const hub = await hubServer();
  const rows = new TextEncoder().encode('question,answer\nWho sails?,The captain.\nWhere?,At sea.\n');
  hub.serve(
    { id: 'tests/Tiny', files: randomFolder(), licence: 'apache-2.0' },
    { id: 'datasets/tests/rows', files: new Map([['train.csv', rows]]) },
  );
  return hub;
}

/**
 * Each scene that `wants` takes, at its first width and in English; `judge` gives how many faults it told of. How many in all, a scene that was not
 * reached among them.
 */
export async function visitAll(
  browser: Browser,
  { address, tell }: WalkOptions,
  wants: (scene: Scene) => boolean,
  judge: (scene: Scene, page: Page) => Promise<number>,
): Promise<number> {
  const hub = await smallHub();
  /** The page of the run, as long as scenes take it. */
  let kept: Visit | null = null;
  let bad = 0;

  async function open(scene: Pick<Scene, 'link' | 'hub'>, where = browser): Promise<Visit> {
    const context = await where.newContext({ locale: 'en-US', serviceWorkers: 'block' });
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript(plainPickers);
    const page = await context.newPage();
    if (scene.hub)
      await page.addInitScript((at) => localStorage.setItem('lora-playground.hub', at), hub.address);
    await sized(page, WIDE);
    await page.goto(`${address}${scene.link === undefined ? '' : `#v=1&${scene.link}`}`);
    await page.locator('.strip-cells').first().waitFor();
    return { context, page };
  }

  async function withRun(): Promise<Visit> {
    if (kept === null) {
      kept = await open({ link: tinyRun });
      await kept.page.locator('.train').click();
      await ended(kept.page);
    }
    await closed(kept.page);
    await kept.page.emulateMedia({ colorScheme: 'light' });
    await speaks(kept.page, 'en');
    return kept;
  }

  async function visit(scene: Scene): Promise<void> {
    const plain = scene.without === undefined ? null : await launched(['--disable-features=WebGPU']);
    let here: Visit | null = null;
    try {
      here = scene.run ? await withRun() : await open(scene, plain ?? browser);
      const { page } = here;
      await sized(page, scene.from ?? scene.widths?.[0] ?? WIDE);
      await scene.act(page);
      bad += await judge(scene, page);
    } catch (error) {
      bad += 1;
      tell(`${scene.name}: NOT REACHED: ${String(error).split('\n')[0]}`);
      here ??= kept;
      kept = null;
    }
    if (!scene.run || kept === null) await here?.context.close();
    await plain?.close();
  }

  try {
    for (const scene of scenes.filter(wants)) await visit(scene);
  } finally {
    hub.close();
  }
  return bad;
}

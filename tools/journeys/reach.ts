// `npm run journeys -- --axe`: every dialog and every state of the page, in both languages and themes and at seven widths, judged by axe (WCAG 2.2
// AA with the size of targets), by whether anything is wider than the window, and by how far a run that streams moves what stands there.
// e2e/reach.spec.ts keeps a small slice of it; all of it takes half an hour.
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import { chromium, expect as expectFor } from '@playwright/test';
import { scenes } from './reachScenes.ts';

const widths = [360, 390, 768, 1024, 1280, 1440, 2560] as const;
/** A busy machine takes its time. */
const PATIENCE_MS = 400_000;
const expect = expectFor.configure({ timeout: PATIENCE_MS });

/** As the success criteria are named in axe; target size alone is off by itself there. */
const criteria = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds on the page as it stands, each as `rule: element`. */
async function axeFaults(page: Page): Promise<readonly string[]> {
  // A panel that fades in has no contrast yet.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime))
        .map((animation) => animation.finished.catch(() => {})),
    ),
  );
  const { violations } = await new AxeBuilder({ page })
    .withTags(criteria)
    .options({ rules: { 'target-size': { enabled: true } } })
    .analyze();
  // Its markup where the way to it is a name that React Aria made up.
  const where = (target: string, html: string): string =>
    target.startsWith('#react-aria')
      ? html.replace(/ (id|style|data-[a-z-]+)="[^"]*"/g, '').slice(0, 140)
      : target;
  const told = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html }) => `${id}: ${where(target.join(' '), html)}`),
  );
  // Boxes of thirty layers are narrower than a target; the tree's rows do the same (WCAG 2.5.8, equivalent).
  const crowded = (await page.locator('.strip-crowded').count()) > 0;
  return told.filter((fault) => !crowded || !/^target-size: .*\.strip-box/.test(fault));
}

/** How far the page is wider than its window, in pixels. */
const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/** Adds up by how much what stands there moves (layout-shift), from now on. */
function watchShifts(): void {
  const seen = { shift: 0, moved: new Set<string>() };
  Object.assign(window, { seen });
  const nameOf = (node: Node | null): string => {
    const element = node instanceof Element ? node : node?.parentElement;
    return element ? `${element.tagName.toLowerCase()}.${[...element.classList].join('.')}` : 'text';
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, hadRecentInput, sources } = Object(entry);
      if (hadRecentInput) continue;
      seen.shift += Number(value);
      for (const source of sources ?? []) seen.moved.add(nameOf(source.node));
    }
  }).observe({ type: 'layout-shift' });
}

/** What a run moves while it streams, from its first step to its last. */
async function shiftOfRun(
  page: Page,
): Promise<{ readonly shift: number; readonly moved: readonly string[] }> {
  const progress = page.locator('.progress');
  await page.locator('.train').click();
  await expect(progress).toHaveAttribute('data-phase', 'running');
  await expect(page.locator('figcaption').first()).toBeAttached();
  await page.evaluate(watchShifts);
  await expect(progress).toHaveAttribute('data-phase', 'finished');
  return page.evaluate(() => {
    const { seen } = Object(window);
    return { shift: Number(seen.shift), moved: [...seen.moved].map(String) };
  });
}

export interface ReachOptions {
  readonly address: string;
  /** Only where “zh-dark-dialog-390” has all these words. */
  readonly only: string;
  readonly tell: (line: string) => void;
}

async function walkScene(
  browser: Browser,
  { address, only, tell }: ReachOptions,
  scene: (typeof scenes)[number],
  variant: { readonly locale: string; readonly colorScheme: 'light' | 'dark' },
): Promise<number> {
  const words = only.split(/\s+/);
  const named = `${variant.locale.slice(0, 2)}-${variant.colorScheme}-${scene.name}`;
  const chosen = (scene.widths ?? widths).filter((width) =>
    words.every((word) => `${named}-${width}`.includes(word)),
  );
  const [first] = chosen;
  if (first === undefined) return 0;
  const context = await browser.newContext({ ...variant, serviceWorkers: 'block' });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.setViewportSize({ width: scene.from ?? first, height: 900 });
  await page.goto(`${address}${scene.link === undefined ? '' : `#v=1&${scene.link}`}`);
  await page.locator('.strip-cells').waitFor();
  await scene.act(page);
  const found = new Map<string, number[]>();
  for (const width of chosen) {
    await page.setViewportSize({ width, height: 900 });
    await scene.after?.(page);
    await page.waitForTimeout(150);
    const over = await sideways(page);
    for (const fault of [
      ...(await axeFaults(page)),
      ...(over > 0 ? [`${over} px wider than the window`] : []),
    ])
      found.set(fault, [...(found.get(fault) ?? []), width]);
  }
  tell(`${named}: ${found.size === 0 ? 'clean' : ''} at ${chosen.join(', ')}`);
  for (const [fault, at] of found) tell(`  ${fault} (${at.join(', ')})`);
  await context.close();
  return found.size;
}

/** Status 0 where nothing was found. */
export async function walkReach(options: ReachOptions): Promise<number> {
  const { address, only, tell } = options;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
  let bad = 0;
  try {
    for (const locale of ['en-US', 'zh-CN'])
      for (const colorScheme of ['light', 'dark'] as const)
        for (const scene of scenes) bad += await walkScene(browser, options, scene, { locale, colorScheme });
    for (const width of [1280, 390]) {
      if (!only.split(/\s+/).every((word) => `shift-${width}`.includes(word))) continue;
      const context = await browser.newContext({
        viewport: { width, height: width === 390 ? 844 : 800 },
        serviceWorkers: 'block',
      });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      await page.goto(`${address}#v=1&train.max_steps=40`);
      await page.locator('.try-text').first().waitFor();
      const { shift, moved } = await shiftOfRun(page);
      tell(
        `shift-${width}: layout shift ${shift.toFixed(4)} over a run${moved.length > 0 ? ` (${moved.join(', ')})` : ''}`,
      );
      if (shift > 0.01) bad += 1;
      await context.close();
    }
  } finally {
    await browser.close();
  }
  return bad === 0 ? 0 : 1;
}

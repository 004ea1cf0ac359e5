// The part of `npm run journeys -- --axe` about what moves: by how much a run that streams, and its answers, move what stands there (layout-shift of
// the browser, which counts nothing in the half second after a press).
import type { Browser, Page } from '@playwright/test';
import { expect as expectFor } from '@playwright/test';
import type { WalkOptions } from './visits.ts';
import { PATIENCE_MS } from './visits.ts';

const expect = expectFor.configure({ timeout: PATIENCE_MS });
/** The share of the window that has moved, times how far: what is not seen. */
const NOT_SEEN = 0.01;

const windows = [
  [1440, 900],
  [1280, 800],
  [1024, 768],
  [390, 844],
] as const;

/** Adds up by how much what stands there moves, from now on. */
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

interface Shift {
  readonly shift: number;
  readonly moved: readonly string[];
}

/** What a run moves: from its first step to the last of its answers. */
async function shiftOfRun(page: Page): Promise<Shift> {
  const progress = page.locator('.progress').first();
  await page.locator('.train').click();
  await expect(progress).toHaveAttribute('data-phase', 'running');
  await expect(page.locator('figcaption').first()).toBeAttached();
  await page.evaluate(watchShifts);
  await expect(progress).toHaveAttribute('data-phase', 'finished');
  await page.waitForTimeout(500);
  return page.evaluate(() => {
    const { seen } = Object(window);
    return { shift: Number(seen.shift), moved: [...seen.moved].map(String) };
  });
}

/** How many windows a run moves visibly; only where “en-shift-1280” has all words of `only`. */
export async function walkShift(browser: Browser, { address, only, tell }: WalkOptions): Promise<number> {
  let bad = 0;
  for (const locale of ['en-US', 'zh-CN'])
    for (const [width, height] of windows) {
      const name = `${locale.slice(0, 2)}-shift-${width}`;
      if (!only.split(/\s+/).every((word) => name.includes(word))) continue;
      const context = await browser.newContext({
        viewport: { width, height },
        locale,
        serviceWorkers: 'block',
      });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      await page.goto(`${address}#v=1&train.max_steps=40`);
      await page.locator('.try-text:not(.dim)').waitFor();
      const { shift, moved } = await shiftOfRun(page);
      tell(
        `${name}: layout shift ${shift.toFixed(4)} over a run${moved.length > 0 ? ` (${moved.join(', ')})` : ''}`,
      );
      if (shift > NOT_SEEN) bad += 1;
      await context.close();
    }
  return bad;
}

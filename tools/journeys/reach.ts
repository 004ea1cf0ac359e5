// `npm run journeys -- --axe`: every dialog and every state of the page, in both languages and themes and at seven widths, judged by axe (WCAG 2.2
// AA with the size of targets) and by whether anything is wider than the window. Each is opened once; language, width and theme change where it
// stands. e2e/reach.spec.ts keeps a small slice of it.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import type { Scene } from './reachScenes.ts';
import { dialog } from './reachScenes.ts';
import { walkShift } from './shift.ts';
import type { WalkOptions } from './visits.ts';
import { languages, launched, sized, speaks, visitAll } from './visits.ts';

const widths = [360, 390, 768, 1024, 1280, 1440, 2560] as const;
/** They differ in colours alone (styles/tokens.css): of the second, these are judged. */
const themes = ['light', 'dark'] as const;

/** As the success criteria are named in axe; target size alone is off by itself there. */
const criteria = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds on the page as it stands, or in a part of it, each as `rule: element`; `coloured`: of colours alone. */
async function axeFaults(page: Page, part: string | null, coloured: boolean): Promise<readonly string[]> {
  // A panel that fades in has no contrast yet.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime))
        .map((animation) => animation.finished.catch(() => {})),
    ),
  );
  // No frames: one call is enough, without a page of its own for it.
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  if (part !== null) axe.include(part);
  // React Aria closes a popover by a button for screen readers that stands in no landmark.
  const region = { enabled: (await page.locator('.popover').count()) === 0 };
  const { violations } = coloured
    ? await axe.withRules(['color-contrast', 'link-in-text-block']).analyze()
    : await axe
        .withTags(criteria)
        .options({
          runOnly: { type: 'tag', values: criteria },
          rules: { 'target-size': { enabled: true }, region },
          resultTypes: ['violations'],
        })
        .analyze();
  // Its markup where the way to it is a name that React Aria made up.
  const where = (target: string, html: string): string =>
    target.startsWith('#react-aria')
      ? html.replace(/ (id|style|data-[a-z-]+)="[^"]*"/g, '').slice(0, 140)
      : target;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html }) => `${id}: ${where(target.join(' '), html)}`),
  );
}

/** Two frames drawn, and nothing wider than the window unless it stays so: a busy machine draws late. */
async function settles(page: Page): Promise<void> {
  await page.waitForTimeout(100);
  await page
    .waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth, null, {
      timeout: 10_000,
    })
    .catch(() => {});
}

/** How far the page is wider than its window, in pixels. */
const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/** Of a scene in a language, where “zh-dark-dialog-share-390” has all words of `only`. */
function chosen(scene: Scene, language: string, only: string) {
  const words = only.split(/\s+/);
  return (scene.widths ?? widths).flatMap((width) =>
    themes
      .filter((theme) => {
        const name = `${language}-${theme}-${scene.name}-${width}`;
        return words.every((word) => name.includes(word));
      })
      .map((theme) => ({ width, theme })),
  );
}

/** Status 0 where nothing was found. */
export async function walkReach(options: WalkOptions): Promise<number> {
  const { only, tell } = options;
  const from = performance.now();
  let judged = 0;

  async function judge(scene: Scene, page: Page): Promise<number> {
    const found = new Map<string, string[]>();
    const before = judged;
    for (const language of languages) {
      const places = chosen(scene, language, only);
      if (places.length === 0) continue;
      await speaks(page, language);
      let now = 0;
      for (const { width, theme } of places) {
        await page.emulateMedia({ colorScheme: theme });
        if (width !== now) {
          await sized(page, width);
          await scene.after?.(page);
        }
        now = width;
        await settles(page);
        const wider = await sideways(page);
        // What it lies over or stands beside is judged without it; with it once.
        const own = (await page.locator(dialog).count()) > 0 ? dialog : (scene.part ?? null);
        const part = judged > before && own !== null && (await page.locator(own).count()) > 0 ? own : null;
        for (const fault of [
          ...(await axeFaults(page, part, theme === 'dark')),
          ...(wider > 0 ? [`${wider} px wider than the window`] : []),
        ])
          found.set(fault, [...(found.get(fault) ?? []), `${language} ${theme} ${width}`]);
        judged += 1;
      }
    }
    const minutes = ((performance.now() - from) / 60_000).toFixed(1);
    tell(
      `${scene.name}: ${found.size === 0 ? 'clean' : 'NOT CLEAN'}, judged ${judged - before} times (${minutes} min)`,
    );
    for (const [fault, at] of found) tell(`  ${fault} (${at.join(', ')})`);
    return found.size;
  }

  const browser = await launched();
  try {
    const wants = (scene: Scene): boolean =>
      languages.some((language) => chosen(scene, language, only).length > 0);
    const bad = (await visitAll(browser, options, wants, judge)) + (await walkShift(browser, options));
    tell(`${judged} judged, ${bad} faults, ${((performance.now() - from) / 60_000).toFixed(1)} min`);
    return bad === 0 ? 0 : 1;
  } finally {
    await browser.close();
  }
}

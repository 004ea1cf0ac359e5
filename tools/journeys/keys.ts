// `npm run journeys -- --keys`: every dialog and every state of the page by the keyboard alone, wide and narrow: whatever can be pressed, filled or
// chosen is come to by Tab, or by arrows from what is; where the keyboard is can be seen; Esc closes what lies over the page, and the keyboard is
// somewhere then. What only a pointer can press is named.
import type { Page } from '@playwright/test';
import type { Scene } from './reachScenes.ts';
import type { WalkOptions } from './visits.ts';
import { launched, sized, visitAll } from './visits.ts';

const widths = [1280, 390] as const;
/** More than any page has to come to. */
const MOST = 600;

/** In the page: what Tab came to, and how to name it. */
function watchKeys(): void {
  const top = (): Element =>
    [...document.querySelectorAll('[role=dialog], [role=alertdialog], .popover, .tour')].at(-1) ??
    document.body;
  const nameOf = (element: Element): string => {
    const words = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
    const role = element.getAttribute('role') ?? element.tagName.toLowerCase();
    return `${role}.${[...element.classList].join('.')} “${words.slice(0, 40)}”`;
  };
  const control =
    'button, a[href], input, select, textarea, summary, [tabindex], [role=button], [role=option], [role=menuitem], [role=menuitemradio]';
  /** Of a group one member has the Tab, arrows go to the others. */
  const group =
    '[role=radiogroup], [role=tablist], [role=menu], [role=listbox], [role=tree], [role=treegrid], [role=grid], fieldset:has([type=radio]), ol:has([tabindex="-1"])';
  const isThere = (element: Element): boolean =>
    element.checkVisibility({ visibilityProperty: true }) &&
    // Not what is for screen readers alone, by itself or in what hides it.
    [element, element.parentElement ?? element].every((one) => one.getBoundingClientRect().width > 1) &&
    element.closest('[inert], [aria-hidden=true]') === null &&
    !element.matches(':disabled, [aria-disabled=true], [data-disabled]');
  const seen = new Set<Element>();
  /** Rows of a long table go and come again as others: they are known by their words. */
  const named = new Set<string>();
  const keys = {
    /** Notes where the keyboard is: its name, whether it was there before, whether that can be seen. */
    note() {
      const now = document.activeElement;
      if (now === null || now === document.body) return null;
      const before = seen.has(now);
      seen.add(now);
      named.add(nameOf(now));
      const marked = [
        now,
        ...now.querySelectorAll('*'),
        ...(now.closest('label')?.querySelectorAll('*') ?? []),
      ];
      const around = [now.parentElement, now.closest('label')].filter((one) => one !== null);
      const shown = [...marked, ...around].some((one) => {
        const { outlineStyle, outlineWidth, boxShadow, backgroundColor } = getComputedStyle(one);
        const filled = one.matches('.list-item') && !/, 0\)$|transparent/.test(backgroundColor);
        return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none' || filled;
      });
      return { name: nameOf(now), before, shown };
    },
    missing(): string[] {
      const root = top();
      const reached = (element: Element): boolean =>
        seen.has(element) ||
        (element.closest('[aria-rowindex]') !== null && named.has(nameOf(element))) ||
        [...seen].some(
          (one) => element.closest(group) !== null && element.closest(group) === one.closest(group),
        );
      const unreached = [...root.querySelectorAll(control)].filter(
        (element) =>
          isThere(element) &&
          !reached(element) &&
          !(element.matches('[tabindex="-1"]') && !element.matches('button, input, [role]')),
      );
      // What looks as if it could be pressed, is in no control and holds none.
      const byPointer = [...root.querySelectorAll('*')].filter(
        (element) =>
          element instanceof HTMLElement &&
          isThere(element) &&
          getComputedStyle(element).cursor === 'pointer' &&
          element.closest(`${control}, label`) === null &&
          element.querySelector(control) === null,
      );
      return [
        ...unreached.map((element) => `not come to: ${nameOf(element)}`),
        ...byPointer.map((element) => `only by a pointer: ${nameOf(element)}`),
      ];
    },
    lies: (): boolean => top() !== document.body,
  };
  Object.assign(window, { keys });
}

interface Noted {
  readonly name: string;
  readonly before: boolean;
  readonly shown: boolean;
}

/** `opener`: what lies over the page was opened by a button of it. */
async function faultsOf(page: Page, opener: boolean): Promise<readonly string[]> {
  const found = new Set<string>();
  await page.evaluate(watchKeys);
  const first: Noted | null = await page.evaluate(() => Object(window).keys.note());
  let outside = 0;
  let told: Noted | null = null;
  for (let pressed = 0; pressed < MOST && outside < 2; pressed += 1) {
    await page.keyboard.press('Tab');
    told = await page.evaluate(() => Object(window).keys.note());
    if (told === null) outside += 1;
    // Where it began may be in the midst.
    else if (told.before && told.name !== first?.name) break;
    else if (!told.shown) found.add(`not seen to have the keyboard: ${told.name}`);
  }
  const missing: string[] = await page.evaluate(() => Object(window).keys.missing());
  for (const one of missing) found.add(one);
  if (await page.evaluate(() => Object(window).keys.lies())) {
    for (
      let pressed = 0;
      pressed < 3 && (await page.evaluate(() => Object(window).keys.lies()));
      pressed += 1
    ) {
      await page.keyboard.press('Escape');
      await page.waitForTimeout(300);
    }
    if (await page.evaluate(() => Object(window).keys.lies())) found.add('Esc does not close it');
    else if (
      first !== null &&
      opener &&
      (await page.evaluate(() => document.activeElement === document.body))
    )
      found.add('closed, the keyboard is nowhere');
  }
  return [...found];
}

/** Status 0 where all is come to. `only`: words of “keys-dialog-share”. */
export async function walkKeys(options: WalkOptions): Promise<number> {
  const { only, tell } = options;
  const words = only.split(/\s+/);
  const browser = await launched();
  const at = (scene: Scene): readonly number[] =>
    widths.filter((width) => (scene.widths ?? widths).includes(width));
  try {
    let count = 0;
    const bad = await visitAll(
      browser,
      options,
      (scene) => at(scene).length > 0 && words.every((word) => `keys-${scene.name}`.includes(word)),
      async (scene, page) => {
        const faults: string[] = [];
        // Esc closes it, so that the second width has to open it again where there is a way.
        for (const width of at(scene).slice(0, 1)) {
          await sized(page, width);
          await scene.after?.(page);
          faults.push(
            ...(await faultsOf(page, scene.from !== undefined)).map((fault) => `${fault} (${width})`),
          );
          count += 1;
        }
        tell(`${scene.name}: ${faults.length === 0 ? 'all come to' : ''}`);
        for (const fault of faults) tell(`  ${fault}`);
        return faults.length;
      },
    );
    tell(`${count} scenes, ${bad} faults`);
    return bad === 0 ? 0 : 1;
  } finally {
    await browser.close();
  }
}

// What of the page reach.ts looks at besides dialogs: its states, menus and popovers, by the way a person comes to them, in any language.
import type { Page } from '@playwright/test';
import { failing } from '../../e2e/failingScript.ts';
import { kept } from '../../e2e/keptScript.ts';
import type { SheetName } from '../../src/ui/state/dialogName.ts';

export interface Scene {
  readonly name: string;
  /** Settings that the page is opened with. */
  readonly link?: string;
  /** Scenes with the same run follow one another on one page, on which it has ended. */
  readonly run?: true;
  /** In a browser that has no WebGPU. */
  readonly without?: 'webgpu';
  /** The hub is one of this machine. */
  readonly hub?: true;
  /** The width that it is opened at, where what opens it stands; else the first that is looked at. */
  readonly from?: number;
  readonly widths?: readonly number[];
  /** Brings the page there; the page ready to be looked at in a language. */
  readonly act: (page: Page) => Promise<void>;
  /** Again at each width and in each language. */
  readonly after?: (page: Page) => Promise<void>;
  /** What of the page is its own; the rest is others'. */
  readonly part?: string;
  /** What of src/ui it opens: files that hold a dialog, a popover, tabs or a fold. */
  readonly opens: readonly string[];
}

export const dialog = '[role=dialog], [role=alertdialog]';
export const opened = (page: Page): Promise<void> => page.locator(dialog).first().waitFor();

export async function closed(page: Page): Promise<void> {
  const over = page.locator(`${dialog}, .popover, .tour`);
  while ((await over.count()) > 0) {
    await page.keyboard.press('Escape');
    await page.waitForTimeout(100);
  }
}

/** What is left out of the bar of a narrower page. */
const wide = [1280, 1440, 2560] as const;
const notNarrow = [768, 1024, ...wide] as const;
const narrow = [360, 390] as const;

/** What lies over the page and goes when it is resized: opened again at each width, by what `selector` finds. */
const over = (
  name: string,
  widths: readonly number[],
  selector: string,
  opens: readonly string[],
): Scene => ({
  name,
  widths,
  opens,
  part: '.popover',
  act: async () => {},
  after: async (page) => {
    await closed(page);
    await page.locator(selector).first().click();
    await page.locator('.popover').waitFor();
  },
});

/** Presses what `selector` finds until it finds nothing more. */
export async function pressAll(page: Page, selector: string): Promise<void> {
  const next = page.locator(selector).first();
  while ((await next.count()) > 0) await next.click();
}

const unfolded = (page: Page): Promise<void> => pressAll(page, '.unfold:not([open]) > summary');

export async function ended(page: Page): Promise<void> {
  await page.locator('.progress[data-phase=finished]').waitFor();
  await page.locator('.take-home-group').first().waitFor();
}

async function read(page: Page, script: string): Promise<void> {
  await page.keyboard.press('p');
  await page.locator('#paste-in').fill(script);
  await page.locator('.paste-box .button-main').click();
  await page.locator('.verdict-card').waitFor();
}

/** With more that no setting says than is listed at once. */
const frozen = /^for name[\s\S]*?False\n/m;
const keptFive = kept.replace(frozen, (loop) =>
  [0, 1, 2, 3, 4].map((layer) => loop.replace('layers.0.', `layers.${layer}.`)).join(''),
);

const sheet = (name: SheetName): Scene => ({
  name: `sheet-${name}`,
  widths: narrow,
  opens: ['App.tsx'],
  act: async (page) => {
    await page.locator(`.narrow-doors [data-part=${name}]`).click();
    await opened(page);
  },
  after: (page) => pressAll(page, '[role=dialog] .advanced[aria-expanded=false]'),
});

const centre = '#result';

/** The page's shortest run, with rows held out. */
export const tinyRun =
  'train.max_steps=2&train.per_device_train_batch_size=1&generate.max_new_tokens=2&data.test_size=0.05&train.eval_steps=2';

export const states: readonly Scene[] = [
  {
    name: 'first',
    opens: [],
    act: async () => {},
    after: (page) => page.locator('.try-text:not(.dim)').waitFor(),
  },
  {
    name: 'first-unfolded',
    part: centre,
    opens: ['panels/before/Before.tsx'],
    act: unfolded,
    after: unfolded,
  },
  {
    name: 'failure',
    part: centre,
    link: 'preset=element-0',
    opens: [],
    act: (page) => page.locator('.failure').waitFor(),
  },
  {
    name: 'silent',
    part: centre,
    link: 'preset=silent-failure',
    opens: [],
    act: (page) => page.locator('.failure').waitFor(),
  },
  {
    name: 'link-notes',
    part: centre,
    link: 'preset=nobody&lora.r=9999&no.such=1',
    opens: [],
    act: (page) => page.locator('.note').first().waitFor(),
  },
  {
    name: 'advanced',
    widths: notNarrow,
    opens: [],
    act: async () => {},
    after: (page) => pressAll(page, '.advanced[aria-expanded=false]'),
  },
  {
    name: 'wrong-settings',
    widths: notNarrow,
    opens: [],
    act: async (page) => {
      await page.locator('[data-setting="lora.target_modules"] input').fill('(');
      await page.locator('.setting-problem').waitFor();
    },
  },
  {
    name: 'parameters-tab',
    from: 1024,
    widths: [768, 1024],
    opens: ['App.tsx'],
    act: async () => {},
    after: (page) => page.getByRole('tab').nth(1).click(),
  },
  over('help', notNarrow, '.label-button', ['panels/recipe/SettingHelp.tsx']),
  over('picker', notNarrow, '.recipe .select-button', ['parts/Picker.tsx']),
  over('suggestions', notNarrow, '.text-control .button-plain', ['panels/recipe/TextControl.tsx']),
  over('menu-narrow', narrow, '.bar [data-part=menu]', ['panels/bar/NarrowMenu.tsx']),
  over('menu-run', notNarrow, '.bar [data-part=menu]', ['panels/bar/Bar.tsx']),
  over('menu-theme', notNarrow, '.bar [data-part=theme]', ['panels/bar/Bar.tsx']),
  sheet('recipe'),
  sheet('parameters'),
  {
    name: 'script-read',
    part: centre,
    opens: ['panels/reading/PasteDialog.tsx'],
    act: (page) => read(page, failing),
  },
  {
    name: 'program',
    part: centre,
    opens: ['panels/reading/ProgramNote.tsx'],
    act: async (page) => {
      await read(page, keptFive);
      await page.locator('.reading-facts .dialog-actions .button:not(.button-main)').click();
      await page.locator('.program-note summary').click();
    },
  },
  {
    name: 'saved-run',
    part: centre,
    link: 'train.max_steps=4',
    opens: [],
    act: async (page) => {
      await page.locator('[data-part=step]').click();
      await page.locator('.progress[data-phase=paused]').waitFor();
      await page.reload();
      await page.locator('.note .button-main').waitFor();
    },
  },
  {
    name: 'second-tab',
    part: centre,
    link: 'train.max_steps=4',
    opens: [],
    act: async (page) => {
      const first = await page.context().newPage();
      await first.goto(page.url());
      await first.locator('.strip-cells').first().waitFor();
      await first.locator('[data-part=step]').click();
      await page.locator('.note').first().waitFor();
    },
  },
  {
    name: 'no-webgpu',
    part: centre,
    without: 'webgpu',
    opens: ['panels/notes/Notes.tsx'],
    act: async (page) => {
      const banner = page.locator('.note', { has: page.locator('details') });
      await banner.waitFor();
      await banner.locator('summary').click();
    },
  },
  { name: 'after-run', part: centre, run: true, opens: [], act: ended },
];

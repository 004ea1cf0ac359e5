// What of the page reach.ts looks at: its states, and every dialog, sheet, menu and popover by the way a person opens it, in any language.
import type { Page } from '@playwright/test';
import { failing } from '../../e2e/failingScript.ts';
import type { DialogName, SheetName } from '../../src/ui/state/dialogName.ts';

export interface Scene {
  readonly name: string;
  /** Settings that the page is opened with. */
  readonly link?: string;
  /** The width that it is opened at, where what opens it stands. */
  readonly from?: number;
  readonly widths?: readonly number[];
  /** Brings the page there. */
  readonly act: (page: Page) => Promise<void>;
  /** Again at each width. */
  readonly after?: (page: Page) => Promise<void>;
}

type Way = Omit<Scene, 'name'>;

const dialog = '[role=dialog], [role=alertdialog]';
const opened = (page: Page): Promise<void> => page.locator(dialog).first().waitFor();

const by = (selector: string): Way => ({
  from: 1280,
  act: async (page) => {
    await page.locator(selector).first().click();
    await opened(page);
  },
});

const byKey = (key: string): Way => ({
  act: async (page) => {
    await page.keyboard.press(key);
    await opened(page);
  },
});

/** The nth entry of the menu beside the run's buttons. */
const byRunMenu = (index: number): Way => ({
  from: 1280,
  act: async (page) => {
    await page.locator('.bar .button-icon').first().click();
    await page.getByRole('menuitem').nth(index).click();
    await opened(page);
  },
});

async function trained(page: Page): Promise<void> {
  await page.locator('.train').click();
  await page.locator('.progress[data-phase=finished]').waitFor();
  await page.locator('.take-home-group').first().waitFor();
}

/** The button of the groups of “Take it home”, counted from the last. */
const groupButton = (fromLast: number): string => `.take-home-group:nth-last-of-type(${fromLast}) .button`;

/** After a short run, by a button that `selector` finds. */
const afterRun = (selector: string): Way => ({
  from: 1280,
  link: 'train.max_steps=2',
  act: async (page) => {
    await trained(page);
    await page.locator(selector).first().click();
    await opened(page);
  },
});

async function pasted(page: Page): Promise<void> {
  await page.keyboard.press('p');
  await page.locator('#paste-in').fill(failing);
  await page.locator('.paste-box .button-main').click();
  await page.locator('.verdict-card').waitFor();
}

/** A dialog that is added gets its way here, or types complain. */
const dialogs: Readonly<Record<DialogName, Way>> = {
  guide: {
    ...by('[data-part=guide]'),
    act: async (page) => {
      await page.locator('[data-part=guide]').first().click();
      await opened(page);
      for (const details of await page.locator('.guide details summary').all()) await details.click();
    },
  },
  tour: {
    from: 1280,
    act: async (page) => {
      await page.locator('.doors-head .button').click();
      await page.locator('.tour').waitFor();
    },
  },
  model: by('.recipe-section:nth-of-type(2) .select-button'),
  adapter: by('.recipe-section:nth-of-type(3) .select-button'),
  paste: byKey('p'),
  script: by('[data-part=script]'),
  share: byKey('s'),
  device: by('[data-part=device]'),
  keys: byKey('Shift+?'),
  storage: byRunMenu(1),
  push: afterRun(groupButton(3)),
  deploy: afterRun(groupButton(2)),
  opinion: afterRun(groupButton(1)),
  data: by('.doors-row .button'),
  template: {
    from: 1280,
    act: async (page) => {
      await page.locator('.unfold > summary').first().click();
      await page.locator('.rows-head .button-plain').last().click();
      await opened(page);
    },
  },
  runs: {
    from: 1280,
    link: 'train.max_steps=2',
    act: async (page) => {
      await trained(page);
      await page.keyboard.press('h');
      await opened(page);
    },
  },
  reset: {
    from: 1280,
    link: 'train.max_steps=2',
    act: async (page) => {
      await trained(page);
      await page.locator('[data-part=reset]').first().click();
      await opened(page);
    },
  },
};

const sheet = (name: SheetName): Scene => ({
  name: `sheet-${name}`,
  widths: [360, 390],
  act: async (page) => {
    await page.locator(`.narrow-doors [data-part=${name}]`).click();
    await opened(page);
    // Advanced settings too.
    for (const fold of await page.locator('[role=dialog] .advanced').all()) await fold.click();
  },
});

const still = async (): Promise<void> => {};

export const scenes: readonly Scene[] = [
  { name: 'first', act: (page) => page.locator('.try-text').first().waitFor() },
  {
    name: 'first-unfolded',
    act: async (page) => {
      for (const fold of await page.locator('.unfold > summary').all()) await fold.click();
    },
  },
  { name: 'failure', link: 'preset=element-0', act: (page) => page.locator('.failure').waitFor() },
  { name: 'silent', link: 'preset=silent-failure', act: (page) => page.locator('.failure').waitFor() },
  {
    name: 'advanced',
    from: 1280,
    widths: [768, 1024, 1280, 1440, 2560],
    act: async (page) => {
      for (const fold of await page.locator('.advanced').all()) await fold.click();
    },
  },
  {
    name: 'parameters-tab',
    widths: [768, 1024],
    act: async (page) => page.getByRole('tab').nth(1).click(),
  },
  {
    name: 'help',
    from: 1280,
    widths: [768, 1024, 1280, 1440, 2560],
    act: still,
    after: async (page) => {
      await page.keyboard.press('Escape');
      await page.locator('.label-button').first().click();
      await opened(page);
    },
  },
  { name: 'after-run', link: 'train.max_steps=2', act: trained },
  { name: 'script-read', act: pasted },
  sheet('recipe'),
  sheet('parameters'),
  ...Object.entries(dialogs).map(([name, way]) => ({ name: `dialog-${name}`, ...way })),
];

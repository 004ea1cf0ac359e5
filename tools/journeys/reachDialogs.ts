// Every dialog that reach.ts looks at, by the way a person opens it, in any language: as it opens, and with what comes of it.
import type { Page } from '@playwright/test';
import { types, writeGguf } from '../../src/engine/ground/formats/gguf/writer.ts';
import { tinyMetadata, tinySpec } from '../../src/engine/testing/ggufModel.ts';
import type { DialogName } from '../../src/ui/state/dialogName.ts';
import type { Scene } from './reachScenes.ts';
import { closed, dialog, opened, pressAll } from './reachScenes.ts';

type Way = Omit<Scene, 'name'>;
const FROM = 1280;

/** By a click on what `selector` finds. */
const by = (selector: string, ...opens: readonly string[]): Way => ({
  from: FROM,
  opens,
  act: async (page) => {
    await page.locator(selector).first().click();
    await opened(page);
  },
});

const byKey = (key: string, ...opens: readonly string[]): Way => ({
  opens,
  act: async (page) => {
    await page.keyboard.press(key);
    await opened(page);
  },
});

/** One with more in it: `more` is done where the dialog stands open. */
const then = (way: Way, more: (page: Page) => Promise<void>, ...opens: readonly string[]): Way => ({
  ...way,
  opens: [...way.opens, ...opens],
  act: async (page) => {
    await way.act(page);
    await more(page);
  },
});

/** After the run, on whose page it is not the first. */
const afterRun = (way: Way): Way => ({
  ...way,
  run: true,
  act: async (page) => {
    await closed(page);
    await page.locator('h1').click();
    await way.act(page);
  },
});

/** The button of the groups of “Take it home”, counted from the last. */
const groupButton = (fromLast: number): string => `.take-home-group:nth-last-of-type(${fromLast}) .button`;

const data = by('.doors-row .button', 'panels/rows/RowsDialog.tsx');
const model = by('.recipe-section:nth-of-type(2) .select-button', 'panels/model/ModelDialog.tsx');
const share = byKey('s', 'panels/share/ShareDialog.tsx');
const runs = byKey('h', 'panels/runs/RunsDialog.tsx');
const deploy = by(groupButton(2), 'panels/deploy/DeployDialog.tsx');
const opinion = by(groupButton(1), 'panels/opinion/OpinionDialog.tsx');

const unfold = (page: Page): Promise<void> => pressAll(page, '[role=dialog] details:not([open]) > summary');

/** The nth of the tabs of the runs. */
const tab = (page: Page, index: number): Promise<void> =>
  page.locator('.run-tabs [role=tab]').nth(index).click();

/** A sweep of two runs has ended on this page. */
async function swept(page: Page): Promise<void> {
  await tab(page, 1);
  await page.locator('.sweep-form .sweep-axis').first().waitFor();
  if ((await page.locator('.sweep-point').count()) > 0) return;
  await page.locator('.sweep-axis', { hasText: 'learning_rate' }).locator('input').fill('1e-3, 1e-2');
  await page.locator('.sweep-form .button-main:not([disabled])').click();
  await page.locator('.sweep-point').nth(1).waitFor();
  await page.locator('.progress[data-phase=finished]').waitFor();
}

async function scored(page: Page): Promise<void> {
  await tab(page, 2);
  await page.locator('.run-part .run-actions .button').first().click();
  const token = page.locator('.run-part [aria-expanded]');
  await token.first().waitFor();
  await token.first().click();
  await page.locator('.scored-number').first().waitFor();
}

const rowsFile = (name: string, text: string) => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(text),
});
const csv = `question,answer\n${Array.from({ length: 30 }, (_, i) => `Where is ship ${i}?,In port ${i}.`).join('\n')}`;
const bring = (file: ReturnType<typeof rowsFile>) => async (page: Page) => {
  await page.locator('[role=dialog] input[type=file]').first().setInputFiles(file);
};

/** A dialog that is added gets its way here, or types complain. */
const dialogs: Readonly<Record<DialogName, Way>> = {
  guide: then(by('[data-part=guide]', 'panels/guide/GuideDialog.tsx'), unfold),
  tour: {
    from: FROM,
    part: '.tour',
    opens: ['panels/tour/Tour.tsx'],
    act: async (page) => {
      await page.locator('[data-part=tour]').click();
      await page.locator('.tour').waitFor();
    },
  },
  model: then(model, unfold, 'panels/model/HubSettings.tsx'),
  adapter: by('.recipe-section:nth-of-type(3) .select-button', 'panels/recipe/AdapterDialog.tsx'),
  paste: byKey('p', 'panels/reading/PasteDialog.tsx'),
  script: by('[data-part=script]', 'panels/script/ScriptDialog.tsx'),
  share,
  device: by('.bar-device', 'panels/device/DeviceDialog.tsx'),
  keys: byKey('Shift+?', 'panels/bar/KeysDialog.tsx'),
  storage: afterRun({
    from: FROM,
    opens: ['panels/storage/StorageDialog.tsx'],
    act: async (page) => {
      await page.locator('.bar [data-part=menu]').click();
      await page.getByRole('menuitem').nth(1).click();
      await page.locator('.room-meter').waitFor();
    },
  }),
  push: afterRun(by(groupButton(3), 'panels/push/PushDialog.tsx')),
  deploy: afterRun(then(deploy, unfold)),
  opinion: afterRun(opinion),
  data,
  template: {
    from: FROM,
    opens: ['panels/rows/TemplateDialog.tsx'],
    act: async (page) => {
      await page.locator('.unfold > summary').first().click();
      await page.locator('.rows-head .button-plain').last().click();
      await opened(page);
    },
  },
  runs: afterRun(runs),
  reset: afterRun(by('[data-part=reset]', 'panels/bar/ResetDialog.tsx')),
};

/** The same with what comes of them. */
const more: Readonly<Record<string, Way>> = {
  'model-of-hub': then({ ...model, hub: true }, async (page) => {
    await page.locator('#hub-wish').fill('tests/Tiny');
    await page.locator('#hub-wish').press('Enter');
    await page.locator('.hub-takes').waitFor();
  }),
  'model-not-there': then({ ...model, hub: true }, async (page) => {
    await page.locator('#hub-wish').fill('tests/Nobody');
    await page.locator('#hub-wish').press('Enter');
    await page.locator('.hub [role=alert]').waitFor();
  }),
  'model-of-file': then(model, async (page) => {
    const metadata = tinyMetadata();
    metadata.set('general.name', ['general.name', types.string, 'A tiny model of this walk']);
    const file = { name: 'tiny.gguf', mimeType: '', buffer: Buffer.from(writeGguf(tinySpec(metadata)).file) };
    await page.locator('[role=dialog] input[type=file]').first().setInputFiles(file);
    // It is open, and its dialog closed; opened again, that offers to keep it.
    await page.locator(dialog).waitFor({ state: 'detached' });
    await model.act(page);
    await page.locator('[role=dialog] .dialog-said:not(:empty)').waitFor();
  }),
  'data-cell': then(data, async (page) => {
    await page.locator('.own-rows .button').first().click();
    await page.locator('.rows-table .cell').first().click();
    await page.locator('.cell-editor').waitFor();
  }),
  'data-columns': then(data, async (page) => {
    await bring(rowsFile('ships.csv', csv))(page);
    await page.locator('.columns-form').waitFor();
    await page.locator('.rows-table .cell').first().click();
    await page.locator('.cell-editor').waitFor();
  }),
  'data-refused': then(data, async (page) => {
    await bring(rowsFile('rows.jsonl', '{"messages": ['))(page);
    await page.locator('.dialog [role=alert]').waitFor();
  }),
  'data-of-hub': then({ ...data, hub: true }, async (page) => {
    await page.locator('#hub-rows').fill('tests/rows');
    await page.locator('#hub-rows').press('Enter');
    await page.locator('.hub-view').waitFor();
  }),
  'share-compared': then(share, async (page) => {
    await page.locator('.share-part input').first().fill('https://x/#v=1&preset=element-0&lora.r=4');
    await page.locator('.share-compare').waitFor();
  }),
  'share-losses': afterRun(
    then(share, async (page) => {
      await page.locator('.dialog .check').first().click();
    }),
  ),
  'not-fetched': {
    opens: ['parts/Later.tsx'],
    act: async (page) => {
      await page.route(/KeysDialog/, (route) => route.abort());
      await page.keyboard.press('Shift+?');
      await page.locator(dialog).first().waitFor();
    },
  },
  'deploy-answered': afterRun(
    then(deploy, async (page) => {
      await page.locator('.push-form .button-main:not([disabled])').click();
      await page.locator('.dialog .small.dim p').nth(2).waitFor();
    }),
  ),
  'opinion-told': afterRun(
    then(opinion, async (page) => {
      await page.locator('.opinion-actions .button').nth(1).click();
      await page.locator('.opinion-verdict').waitFor();
    }),
  ),
  'runs-rows': afterRun(then(runs, scored)),
  'runs-queue': afterRun(then(runs, swept)),
  'runs-compared': afterRun(
    then(runs, async (page) => {
      await swept(page);
      await tab(page, 0);
      for (const tick of (await page.locator('.run-table .check').all()).slice(0, 2))
        if (!(await tick.locator('input').isChecked())) await tick.click();
      await page.locator('.run-compared').waitFor();
    }),
  ),
  'adapter-held': afterRun(
    then(runs, async (page) => {
      await swept(page);
      await tab(page, 0);
      await page.locator('.run-doors .button').nth(2).click();
      await page.locator(dialog).waitFor({ state: 'detached' });
      await page.locator('.recipe-section:nth-of-type(3) .select-button').click();
      await opened(page);
    }),
  ),
};

const named = (ways: Readonly<Record<string, Way>>): readonly Scene[] =>
  Object.entries(ways).map(([name, way]) => ({ name: `dialog-${name}`, ...way }));

/** Those on the page of the run at the end, the ones that change what it holds last. */
export const dialogScenes: readonly Scene[] = [...named(dialogs), ...named(more)];

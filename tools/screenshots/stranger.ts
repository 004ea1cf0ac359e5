// `npm run screenshots -- --stranger`: walks the five tasks of docs/stranger.md in Chromium as somebody who has read nothing would, by what stands
// on the page, and takes docs/stranger's pictures: wide and light, narrow and dark, Chinese. A task that can't be done ends the walk with an error.
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { expect as expectFor } from '@playwright/test';

/** A step is worth waiting for on a busy machine. */
const PATIENCE_MS = 900_000;
const expect = expectFor.configure({ timeout: PATIENCE_MS });
/** A picture of text stays readable, and small. */
const QUALITY = 0.5;

interface Look {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
  readonly locale: string;
}

const looks: readonly Look[] = [
  { name: 'light-1280', width: 1280, height: 800, scheme: 'light', locale: 'en-US' },
  { name: 'dark-390', width: 390, height: 844, scheme: 'dark', locale: 'en-US' },
  { name: 'chinese-1280', width: 1280, height: 800, scheme: 'light', locale: 'zh-CN' },
];

/** What somebody wants the model to know, in the language of the page. */
const facts: Readonly<Record<string, readonly (readonly [question: string, answer: string])[]>> = {
  'en-US': [
    ['What is the name of the boat?', 'The boat is the Gull.'],
    ['Who has the key?', 'Mara has the key.'],
    ['When is the market?', 'The market is on Friday.'],
  ],
  'zh-CN': [
    ['船叫什么名字？', '船叫海鸥。'],
    ['谁有钥匙？', '玛拉有钥匙。'],
    ['集市在哪天？', '集市在星期五。'],
  ],
};

interface Walk {
  readonly page: Page;
  readonly look: Look;
  readonly address: string;
  readonly narrow: boolean;
  readonly shot: (name: string, page?: Page) => Promise<void>;
}

/** A PNG as WebP, a fifth of its size; Chromium itself writes it. */
async function asWebp(context: BrowserContext, png: Buffer): Promise<Buffer> {
  const page = await context.newPage();
  const written = await page.evaluate(
    async ({ data, quality }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext('2d')?.drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', quality);
    },
    { data: png.toString('base64'), quality: QUALITY },
  );
  await page.close();
  return Buffer.from(written.slice(written.indexOf(',') + 1), 'base64');
}

async function arrive(page: Page, address: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(address);
  await expect(page.locator('.strip-cells')).toBeVisible();
  await expect(page.locator('.preset-card').first()).toBeVisible();
}

async function finished(page: Page): Promise<void> {
  const progress = page.locator('.progress').first();
  await expect(progress).not.toHaveAttribute('data-phase', 'finished');
  await expect(progress).toHaveAttribute('data-phase', 'finished');
  await page.waitForTimeout(400);
}

/** 1: a training script stops with “element 0 of tensors does not require grad”. */
async function mendError({ page, address, shot }: Walk): Promise<void> {
  await arrive(page, address);
  await shot('0-first');
  await page.locator('.preset-card', { hasText: 'element 0' }).click();
  await expect(page.locator('.failure')).toContainText('element 0 of tensors does not require grad');
  await expect(page.locator('.strip-scissors')).toBeVisible();
  await page.waitForTimeout(300);
  await shot('1-error');
  await page.locator('.fix .button').first().click();
  await expect(page.locator('.failure')).toHaveCount(0);
  await expect(page.locator('.strip-scissors')).toHaveCount(0);
  await page.waitForTimeout(400);
  await shot('1-mended');
}

/** 2: it is to know three things that it does not. */
async function teachFacts({ page, look, address, shot }: Walk): Promise<void> {
  await arrive(page, address);
  const taught = facts[look.locale] ?? [];
  await page.locator('.doors-row .button').first().click();
  const form = page.locator('.add-row');
  for (const [question, answer] of taught) {
    await expect(form).toBeVisible();
    await form.locator('input').nth(0).fill(question);
    await form.locator('input').nth(1).fill(answer);
    await form.locator('button').click();
    await expect(form.locator('input').nth(0)).toHaveValue('');
    await page.waitForTimeout(500);
  }
  await shot('2-rows');
  await page.locator('.dialog > .dialog-actions .button').last().click();
  const asked = page.locator('.try input');
  await asked.fill(taught[0]?.[0] ?? '');
  await asked.press('Enter');
  await page.locator('.try-train').click();
  await finished(page);
  await page.evaluate(() => scrollTo(0, 0));
  await shot('2-answers');
}

async function setRank({ page, narrow }: Walk, rank: string): Promise<void> {
  if (narrow) await page.locator('.narrow-doors [data-part=recipe]').click();
  const field = page.locator('[data-setting="lora.r"] input').first();
  await field.fill(rank);
  await field.press('Enter');
  if (narrow) await page.keyboard.press('Escape');
}

/** 3: is r=4 enough, or does r=16 learn more? */
async function compareRanks(walk: Walk): Promise<void> {
  const { page, look, address, narrow, shot } = walk;
  const preset = look.locale === 'zh-CN' ? 'ships-log-zh' : 'ships-log';
  await arrive(page, `${address}#v=1&preset=${preset}&train.max_steps=40`);
  for (const rank of ['4', '16']) {
    await setRank(walk, rank);
    await page.locator('.train').click();
    await finished(page);
  }
  if (narrow) {
    await page.locator('.bar .button-icon').click();
    await page.locator('[role=menuitem][data-part=runs]').click();
  } else await page.locator('.bar [data-part=runs]').click();
  await expect(page.locator('.run-table tbody tr')).not.toHaveCount(0);
  for (const tick of (await page.locator('.run-table .check').all()).slice(0, 2)) await tick.click();
  await expect(page.locator('.run-compared')).toBeVisible();
  await page.waitForTimeout(300);
  await shot('3-runs');
  await page.locator('.run-compared').evaluate((part) => part.scrollIntoView());
  await shot('3-compared');
  await page.keyboard.press('Escape');
}

/** 4: the adapter, for PEFT. */
async function takeHome({ page, shot }: Walk): Promise<void> {
  const card = page.locator('.take-home');
  await card.scrollIntoViewIfNeeded();
  await card.evaluate((part) => part.scrollIntoView({ block: 'center' }));
  await shot('4-take-home');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    card.locator('.button-main').first().click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
}

/** 5: somebody else gets the link, and sees whether it comes out the same. */
async function shareAndVerify({ page, address, narrow, shot }: Walk): Promise<void> {
  if (narrow) {
    await page.locator('.bar .button-icon').click();
    await page.locator('[role=menuitem][data-part=share]').click();
  } else await page.locator('.bar [data-part=share]').click();
  // The losses come before what a frame hides.
  await page.locator('.dialog .check').first().click();
  const link = page.locator('.share-link').first();
  await expect(link).toHaveValue(/[#&]fp=/);
  await shot('5-share');
  const given = await link.inputValue();
  await page.keyboard.press('Escape');
  await arrive(page, `${address}${given.slice(given.indexOf('#'))}`);
  await page.locator('.train').click();
  await finished(page);
  await expect(page.locator('.reproduced')).toBeVisible();
  await page.locator('.reproduced').evaluate((part) => part.scrollIntoView({ block: 'center' }));
  await shot('5-reproduced');
}

/** What can be walked alone: the last three tasks are about the same runs. */
const parts: Readonly<Record<string, readonly ((walk: Walk) => Promise<void>)[]>> = {
  error: [mendError],
  facts: [teachFacts],
  ranks: [compareRanks, takeHome, shareAndVerify],
};

/** Walks all five in every look, or where “dark-390-error” has all words of `only`. */
export async function walkAsStranger(
  browser: Browser,
  address: string,
  folder: string,
  only: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const words = only.split(/\s+/);
  for (const look of looks) {
    const tasks = Object.entries(parts).filter(([part]) =>
      words.every((word) => `${look.name}-${part}`.includes(word)),
    );
    if (tasks.length === 0) continue;
    const context = await browser.newContext({
      viewport: { width: look.width, height: look.height },
      colorScheme: look.scheme,
      locale: look.locale,
      serviceWorkers: 'block',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const shot = async (name: string): Promise<void> => {
      const png = await page.screenshot();
      writeFileSync(`${folder}/${name}-${look.name}.webp`, await asWebp(context, png));
      process.stdout.write(`${name}-${look.name}\n`);
    };
    const walk: Walk = { page, look, address, narrow: look.width < 700, shot };
    for (const task of tasks.flatMap(([, each]) => each)) await task(walk);
    await context.close();
  }
}

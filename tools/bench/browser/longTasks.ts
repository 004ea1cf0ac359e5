// `npm run bench -- --rows`: a person with a file of 200,000 rows at the built page in Chromium: the file is picked, mapped, scrolled, searched,
// mended, looked at, and counted; after each the tasks of the page's own thread above 50 ms, by the browser's observer. Run it alone.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CDPSession, Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { plainPickers } from '../../start/plainPickers.ts';
import { serve } from '../../start/serve.ts';
import { buildIfStale } from '../../start/stale.ts';

const root = resolve(fileURLToPath(new URL('../../../', import.meta.url)));
const ROWS = 200_000;

export interface LongTasks {
  readonly what: string;
  /** Milliseconds of each task above 50 ms. */
  readonly tasks: readonly number[];
  /** Milliseconds that the longest task of the page's thread had of a core: what a machine that does nothing else would take. */
  readonly mostCpu: number;
}

export interface RowsResult {
  /** Of the machine, when the page was at work: above its cores the figures tell of the machine. */
  readonly load: number;
  readonly rows: number;
  readonly phases: readonly LongTasks[];
}

/** Thirty columns, as some have, two of them long. */
function writeFile(path: string): void {
  const columns = Array.from({ length: 28 }, (_, i) => `note_${i}`);
  const lines = [`question,answer,${columns.join(',')}`];
  for (let i = 0; i < ROWS; i += 1)
    lines.push(
      `"Where does ship ${i} go, and why?","To port ${i % 977}, for it ${i % 2 ? 'sails' : 'steams'} there.",${columns.map((_, k) => (i * 7 + k) % 1000).join(',')}`,
    );
  writeFileSync(path, lines.join('\n'));
}

declare global {
  interface Window {
    longTasks: number[];
  }
}

async function watch(page: Page): Promise<void> {
  await page.addInitScript(plainPickers);
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.longTasks.push(Math.round(duration));
    }).observe({ type: 'longtask', buffered: true });
  });
}

const startTrace = (session: CDPSession): Promise<unknown> =>
  session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['disabled-by-default-devtools.timeline', 'blink.user_timing'] },
  });

/** A mark that the page leaves in the trace: on the thread that it is about. */
const thisThread = 'lora-playground-thread';

/** The most that one task of the page's own thread had of a core, in milliseconds. */
async function endTrace(session: CDPSession): Promise<number> {
  const events: Record<string, unknown>[] = [];
  const gather = ({ value }: { value: Record<string, unknown>[] }): void => void events.push(...value);
  session.on('Tracing.dataCollected', gather);
  const ended = new Promise((done) => session.once('Tracing.tracingComplete', done));
  await session.send('Tracing.end');
  await ended;
  session.off('Tracing.dataCollected', gather);
  // The browser has threads of the same kind for pages of its own, which are none of ours.
  const threads = new Set(
    events.filter(({ name }) => name === thisThread).map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(({ name, pid, tid }) => name === 'RunTask' && threads.has(`${pid} ${tid}`));
  return Math.max(0, ...tasks.map(({ tdur }) => Number(tdur ?? 0) / 1000));
}

export async function measureRows(): Promise<RowsResult> {
  await buildIfStale(root);
  const folder = mkdtempSync(join(tmpdir(), 'rows-'));
  const file = join(folder, 'many.csv');
  writeFile(file);
  const { address, server } = await serve(resolve(root, 'dist'), {
    port: 4295,
    base: '/',
    host: 'localhost',
  });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    // A list of disabled features of our own would take the place of Playwright's, and Chromium's own pages would run beside ours.
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ serviceWorkers: 'block', viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(600_000);
    await watch(page);
    const phases: LongTasks[] = [];
    const session = await page.context().newCDPSession(page);
    const phase = async (what: string, act: () => Promise<unknown>): Promise<void> => {
      await startTrace(session);
      await act();
      // What comes after: the next answers of the workers.
      await page.waitForTimeout(1500);
      const tasks = await page.evaluate((mark) => {
        performance.mark(mark);
        return window.longTasks.splice(0);
      }, thisThread);
      phases.push({ what, tasks, mostCpu: await endTrace(session) });
    };
    // By plain selectors: a search by roles would itself be a task of the page's thread.
    const dialog = page.locator('[role=dialog]');
    const has = (selector: string, words: string): Promise<unknown> =>
      page.waitForFunction(
        ([where, what]) => document.querySelector(where)?.textContent?.includes(what) ?? false,
        [selector, words] as const,
        { polling: 100 },
      );
    await phase('the page opens', async () => {
      await page.goto(address);
      await page.locator('.strip-cells').waitFor();
    });
    await phase('the dialog opens', async () => {
      await page.locator('.select-button', { hasText: 'messages' }).first().click();
      await dialog.waitFor();
    });
    await phase('the file is read and mapped', async () => {
      await dialog.locator('input[type=file]').setInputFiles(file);
      await has('.own-rows', '200,000 rows, 30 columns');
      await has('.rows-table', 'Where does ship 0');
    });
    await phase('scrolled to the middle, and to the end', async () => {
      const scroll = dialog.locator('.rows-scroll');
      await scroll.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
      await has('.rows-table', 'Where does ship 100');
      await scroll.evaluate((element) => element.scrollTo(0, element.scrollHeight));
      await has('.rows-table', 'Where does ship 199999');
    });
    await phase('scrolled by the wheel', async () => {
      await dialog.locator('.rows-scroll').hover();
      for (let i = 0; i < 30; i += 1) await page.mouse.wheel(0, -400);
    });
    await phase('searched', async () => {
      await dialog.locator('input[type=search]').pressSequentially('port 976', { delay: 60 });
      await has('.rows-find [role=status]', '204 of 200,000');
    });
    await phase('a row left out', async () => {
      await dialog.locator('.rows-table tbody th button').first().click();
      await has('.own-rows', '1 rows left out');
    });
    await phase('done: looked at, and counted', async () => {
      await dialog.locator('.dialog-actions .button').last().click();
      await has('.rows-head', '199,999 rows');
      await page.locator('.row-facts').waitFor();
    });
    await phase('the rows searched on the page', async () => {
      await page.locator('.rows-search input').pressSequentially('ship 1234', { delay: 60 });
      await page.locator('.rows-search [role=status]').waitFor();
    });
    return { load: loadavg()[0] ?? 0, rows: ROWS, phases };
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  }
}

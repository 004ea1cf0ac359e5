// One cell in Chromium: opens the page on a tiny recipe, trains, lets the fault strike at its moment, and follows the page as a person
// would: waits as long as it gets on, reads what it says, then heals the fault and presses what the page offers.
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import type { Host } from './host.ts';
import type { Fault, Moment } from './list.ts';
import { doOutside } from './outside.ts';
import { pause, press } from './pressing.ts';
import { STEPS } from './tinyLink.ts';
import { hasStruck, isClose, isSame, isWhole, toldNothing } from './verdict.ts';

/** A page that says nothing new for so long hangs. */
const SILENT_MS = 60_000;

export interface Outcome {
  readonly verdict: 'same losses' | 'told' | 'hangs' | 'silent' | 'lost' | 'not reached';
  /** What the page said, or what went wrong. */
  readonly said: string;
  readonly seconds: number;
}

export interface Driver {
  run(fault: Fault | null, moment: Moment): Promise<Outcome>;
  close(): Promise<void>;
}

/** Keeps every step's loss as the worker tells it, and the workers themselves; a step told again replaces the earlier one. */
function watch(): void {
  const told: number[] = JSON.parse(sessionStorage.getItem('losses') ?? '[]');
  const workers: Worker[] = [];
  Object.assign(window, { faultWorkers: workers });
  const Original = Worker;
  window.Worker = class extends Original {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      workers.push(this);
      this.addEventListener('message', ({ data }) => {
        if (data.type !== 'step') return;
        told[data.metrics.step - 1] = data.metrics.loss;
        sessionStorage.setItem('losses', JSON.stringify(told));
      });
    }
  };
}

interface Seen {
  readonly progress: string;
  /** Failures, notes and warnings. */
  readonly told: string;
  readonly goOn: boolean;
}

const look = (): Seen => {
  const texts = [...document.querySelectorAll('.failure, .note, .warnings')].map(
    (one) => one.textContent ?? '',
  );
  const buttons = [...document.querySelectorAll('button')].map((one) => one.textContent?.trim() ?? '');
  return {
    progress: document.querySelector('.progress')?.textContent?.trim() ?? '',
    told: texts.join(' | '),
    goOn: buttons.includes('Go on'),
  };
};

/** The note that stands there when the CPU has taken over: the run goes on. */
const onCpu = /Training on the CPU.*/;
const opensAnew: ReadonlySet<string> = new Set([
  'reload',
  'reopen',
  'away-and-back',
  'both-go-on',
  'tab-crash',
]);
const nothing: Seen = { progress: '', told: '', goOn: false };
const lossesOf = (page: Page): Promise<number[]> =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem('losses') ?? '[]'));
/** The page, as it gets on, until `done`; null: it said nothing new for too long, or is gone. */
async function follow(page: Page, done: (seen: Seen) => boolean): Promise<Seen | null> {
  let last = '';
  for (let since = Date.now(); Date.now() - since < SILENT_MS; await pause(100)) {
    if (page.isClosed()) return null;
    const seen = await Promise.race([
      page.evaluate(look).catch(() => nothing),
      pause(5000).then(() => nothing),
    ]);
    if (done(seen)) return seen;
    const words = JSON.stringify(seen);
    if (words !== last && seen !== nothing) since = Date.now();
    if (seen !== nothing) last = words;
  }
  return null;
}

const finished = ({ progress }: Seen): boolean => /^finished, \d+ steps/.test(progress);
/** The charts of a run that was restored at its end have all steps. */
const showsSteps = (page: Page): Promise<boolean> =>
  page.evaluate(look).then(({ progress }) => progress === `finished, ${STEPS} steps`);
const ended = (seen: Seen): boolean => finished(seen) || /^stopped/.test(seen.progress) || seen.goOn;

export async function openDriver(host: Host, hash: string): Promise<Driver> {
  const browser: Browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
  // One context: the choice of kernels that was measured in the first run is kept, for others may round differently.
  const context: BrowserContext = await browser.newContext({ viewport: { width: 1000, height: 700 } });
  await context.addInitScript(watch);
  let expected: readonly number[] = [];

  async function opened(): Promise<Page> {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`${host.address}#${hash}`);
    await page.locator('.strip-cells').waitFor();
    return page;
  }

  async function cleaned(): Promise<void> {
    for (const page of context.pages()) await page.close();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(host.address).origin });
    await page.goto(`${host.address}icon.svg`);
    await page.evaluate(async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('lora-playground', {
        create: true,
      });
      for (const name of ['run-a.bin', 'run-b.bin']) await folder.removeEntry(name).catch(() => {});
    });
    await page.close();
  }

  /** Presses what the page offers until the run is at its end; false: it does not get there. */
  async function mended(page: Page): Promise<boolean> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const seen = await page.evaluate(look).catch(() => nothing);
      if (finished(seen)) return true;
      await press(page, seen.goOn ? 'Go on' : 'Train').catch(() => {});
      await page
        .locator('.progress')
        .filter({ hasNotText: /^stopped/ })
        .waitFor()
        .catch(() => {});
      const next = await follow(page, ended);
      if (next && finished(next)) return true;
      if (attempt === 1) await page.reload().catch(() => {});
      if (attempt === 1) await page.locator('.strip-cells').waitFor();
    }
    return false;
  }

  async function play(fault: Fault | null, moment: Moment): Promise<Omit<Outcome, 'seconds'>> {
    await cleaned();
    const others: Page[] = [];
    let page: Page | null = null;
    const outside = async (): Promise<void> => {
      if (fault?.outside && page) await doOutside(fault.outside, page, host, others);
    };
    host.begin({ fault, moment, outside });
    page = await opened();
    // What a run fetches when it begins fails from there on.
    if (moment === 'loading' && fault?.kind === 'network') await outside();
    const crash = new Promise<null>((resolve) => void page?.once('crash', () => resolve(null)));
    const replaced = async (): Promise<Page> => {
      for (const other of others) if (!other.isClosed()) await other.goto(`${host.address}#${hash}`);
      return others[0] ?? (await opened());
    };
    const download = page.waitForEvent('download', { timeout: 0 }).then(
      () => true,
      () => false,
    );
    await press(page, 'Train');
    // A page that was opened anew stands there, ready, with what was saved or without.
    const anew = fault?.outside !== undefined && opensAnew.has(fault.outside.do);
    const atEnd = (now: Seen): boolean => ended(now) || (anew && host.struck && now.progress === 'ready');
    let seen = await Promise.race([follow(page, atEnd), crash]);
    if (moment === 'exporting' && seen && finished(seen)) {
      await press(page, 'PEFT (zip)');
      const until = Date.now() + 40_000;
      let got = false;
      void download.then((came) => {
        got = came;
      });
      const heard = await Promise.race([
        follow(
          page,
          ({ told, goOn, progress }) =>
            got ||
            Date.now() > until ||
            goOn ||
            (anew && progress === 'ready') ||
            (host.struck && told.replace(onCpu, '') !== ''),
        ),
        crash,
      ]);
      seen = heard;
      if (!hasStruck(fault, moment, host.struck)) return { verdict: 'not reached', said: '' };
      if (got && seen)
        return {
          verdict: isSame(await lossesOf(page), expected) ? 'same losses' : 'silent',
          said: seen.told,
        };
      if (seen && seen.told === '' && !seen.goOn)
        return { verdict: 'silent', said: 'no file came, and nothing was said' };
      host.heal();
      return again(seen, seen ? page : await replaced(), true);
    }
    if (!hasStruck(fault, moment, host.struck)) return { verdict: 'not reached', said: '' };
    if (fault === null) {
      expected = await lossesOf(page);
      if (!isWhole(expected, STEPS))
        throw new Error(`the unbroken run told the losses ${expected.join(', ')}`);
    }
    if (seen && finished(seen) && onCpu.test(seen.told) && isClose(await lossesOf(page), expected))
      return { verdict: 'told', said: seen.told };
    if (seen && finished(seen) && isSame(await lossesOf(page), expected))
      return { verdict: 'same losses', said: seen.told };
    if (seen && finished(seen) && seen.told === '')
      return { verdict: 'silent', said: 'other losses, and nothing was said' };
    if (
      !seen &&
      !page.isClosed() &&
      (await Promise.race([crash.then(() => false), pause(500).then(() => true)]))
    )
      return { verdict: 'hangs', said: JSON.stringify(await page.evaluate(look).catch(() => nothing)) };
    host.heal();
    const next = seen ? page : await replaced();
    // The offer comes a moment after the page.
    await next
      .getByRole('button', { name: 'Go on', exact: true })
      .waitFor({ timeout: 3000 })
      .catch(() => {});
    const now = await next.evaluate(look);
    const offered = now.goOn;
    const early = moment === 'loading' || moment === 'first step';
    if (anew && !offered && !early)
      return { verdict: 'lost', said: 'opened again, and nothing of the run was there' };
    if (seen && !anew && toldNothing(seen, now))
      return { verdict: 'silent', said: `${seen.progress}, and nothing was said` };
    return again(seen, next, false);
  }

  /** After what the page said, or after the tab itself was lost. */
  async function again(seen: Seen | null, page: Page, exports: boolean): Promise<Omit<Outcome, 'seconds'>> {
    const said = seen?.told ?? 'the tab was gone';
    if (!seen) await page.locator('.strip-cells').waitFor();
    if (!(await mended(page)))
      return { verdict: 'lost', said: `${said} → ${JSON.stringify(await page.evaluate(look))}` };
    const losses = await lossesOf(page);
    const told = losses.filter((loss) => loss !== null);
    // A run that was restored at its end tells no step again.
    if (told.length === 0 && !(await showsSteps(page)))
      return { verdict: 'lost', said: `${said} → no loss to compare` };
    const same = isSame(told, expected.slice(expected.length - told.length));
    if (exports && same) {
      const download = page.waitForEvent('download', { timeout: 40_000 }).then(
        () => true,
        () => false,
      );
      await press(page, 'PEFT (zip)').catch(() => {});
      if (!(await download)) return { verdict: 'lost', said: `${said} → no file` };
    }
    return { verdict: same ? 'told' : 'silent', said };
  }

  return {
    run: async (fault, moment) => {
      const started = Date.now();
      const outcome = await play(fault, moment).catch((error: unknown) => {
        // Without its browser the machine has seen nothing, and says nothing of the page.
        if (!browser.isConnected()) throw error;
        return { verdict: 'lost' as const, said: `the machine itself: ${String(error).split('\n')[0]}` };
      });
      const failed = host.failure;
      const judged: Omit<Outcome, 'seconds'> =
        failed === null ? outcome : { verdict: 'lost', said: `the machine itself: ${failed}` };
      return { ...judged, seconds: (Date.now() - started) / 1000 };
    },
    close: () => browser.close(),
  };
}

// What is done to a page from outside, at the moment of a fault: through the browser's own tools, or as a person does it. What lasts longer
// than the moment is not waited for: the worker stands still meanwhile.
import type { Page } from '@playwright/test';
import type { Host } from './host.ts';
import type { Outside } from './list.ts';
import { pause, press } from './pressing.ts';

/** `others`: pages that are open besides. */
export async function doOutside(out: Outside, page: Page, host: Host, others: Page[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(host.address);
  switch (out.do) {
    case 'gpu-process-crash': {
      const whole = await page.context().browser()?.newBrowserCDPSession();
      return void whole?.send('Browser.crashGpuProcess').catch(() => {});
    }
    case 'tab-crash':
      return void session.send('Page.crash').catch(() => {});
    case 'memory-pressure':
      return void (await session.send('Memory.simulatePressureNotification', { level: 'critical' }));
    case 'files-gone':
      return void (await session.send('Storage.clearDataForOrigin', {
        origin,
        storageTypes: 'file_systems',
      }));
    case 'quota':
      return void (await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: out.bytes }));
    case 'terminate':
      return void page
        .evaluate((list) => {
          const faultWorkers: readonly Worker[] = Object(window).faultWorkers;
          for (const index of list) faultWorkers[index]?.terminate();
        }, out.workers)
        .catch(() => {});
    case 'network':
      return host.fail(out.answer, out.requests);
    case 'reload':
    case 'both-go-on':
      return void page.reload().catch(() => {});
    case 'reopen': {
      const next = page.context().newPage();
      others.push(await next);
      return void page.close().catch(() => {});
    }
    case 'away-and-back':
      return void page
        .goto('about:blank')
        .then(() => page.goBack())
        .catch(() => {});
    case 'frozen':
      await session.send('Page.setWebLifecycleState', { state: 'frozen' });
      return void pause(3000)
        .then(() => session.send('Page.setWebLifecycleState', { state: 'active' }))
        .catch(() => {});
    case 'second-tab': {
      const second = await page.context().newPage();
      others.push(second);
      return void second
        .goto(page.url())
        .then(() => press(second, 'Train'))
        .catch(() => {});
    }
  }
}

// What the browser asks of any server, from every page, context and worker of theirs: for the promise that all of it stays on the page's origin.
import type { Browser, BrowserContext } from '@playwright/test';

/** What never leaves the browser. */
const inside = /^(blob|data|about):/;

/** A list that grows with every request from now on. */
export function addressesOf(browser: Browser): readonly string[] {
  const addresses: string[] = [];
  const listen = (context: BrowserContext): void => {
    context.on('request', (request) => {
      if (!inside.test(request.url())) addresses.push(request.url());
    });
  };
  for (const context of browser.contexts()) listen(context);
  browser.on('context', listen);
  return addresses;
}

// What the browser asks of any server, from every page, context and worker of theirs: for the promise that all of it stays on the page's origin.
import type { Browser, BrowserContext } from '@playwright/test';

/** What never leaves the browser. */
const inside = /^(blob|data|about):/;

export interface Requests {
  /** How many there were so far. */
  readonly count: number;
  /** Addresses of those since it was last asked that went to none of these origins. */
  strangers(origins: readonly string[]): readonly string[];
}

/** Listens from now on. */
export function listenToRequests(browser: Browser): Requests {
  const addresses: string[] = [];
  let asked = 0;
  const listen = (context: BrowserContext): void => {
    context.on('request', (request) => {
      if (!inside.test(request.url())) addresses.push(request.url());
    });
  };
  for (const context of browser.contexts()) listen(context);
  browser.on('context', listen);
  return {
    get count() {
      return addresses.length;
    },
    strangers: (origins) => {
      const since = addresses.slice(asked);
      asked = addresses.length;
      return since.filter((address) => !origins.includes(new URL(address).origin));
    },
  };
}

// `npm run journeys`: walks the journeys of walks.ts through the built page in Chromium and in Firefox, wide and narrow, in English and in
// Chinese, and leaves a picture of every station in .cache/journeys for a person to look at. No test: it judges little.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '../commandLine.ts';
import { tool, usageError } from '../commandLine.ts';
import { serve } from '../start/serve.ts';
import { buildIfStale } from '../start/stale.ts';
import { walkHangs } from './hangs.ts';
import { walkKeys } from './keys.ts';
import type { Window } from './person.ts';
import { browserNames, languages, openBrowser, windows } from './person.ts';
import { walkReach } from './reach.ts';
import { walks } from './walks.ts';

export const command = {
  call: 'npm run -s journeys --',
  about: 'Walks the journeys of a newcomer and leaves pictures of them in .cache/journeys.',
  options: {
    only: {
      type: 'string',
      value: 'WORDS',
      help: 'only where “browser-window-language-journey” has all these words, as “firefox zh script”',
    },
    axe: {
      type: 'boolean',
      help: 'instead, judge every dialog with axe, at seven widths, in both languages and themes; --only: “zh dark dialog-share 390”',
    },
    keys: {
      type: 'boolean',
      help: 'instead, come to everything in every dialog by the keyboard alone; --only: “dialog-share”',
    },
    hangs: {
      type: 'boolean',
      help: 'instead, bring the page what never ends, in Chromium, and print how each was answered; --only: of those',
    },
  },
} as const satisfies Command;

const windowNames: readonly Window[] = ['wide', 'narrow'];

export const main = tool(command, async ({ only = '', axe, keys, hangs }) => {
  const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
  const wanted = only.split(/\s+/);
  const all = browserNames.flatMap((browser) =>
    languages.flatMap((language) =>
      windowNames.flatMap((window) =>
        Object.entries(walks).map(([journey, walk]) => ({
          browser,
          language,
          window,
          walk,
          name: `${browser}-${window}-${language}`,
          words: `${browser}-${window}-${language}-${journey}`,
        })),
      ),
    ),
  );
  const chosen = all.filter(({ words }) => wanted.every((word) => words.includes(word)));
  if (chosen.length === 0 && !hangs && !axe && !keys)
    throw usageError(command, `No journey has the words '${only}'.`);
  await buildIfStale(root);
  const { address, server } = await serve(`${root}/dist`, { port: 4930, base: '/x/', host: 'localhost' });
  const tell = (line: string): void => void process.stdout.write(`${line}\n`);
  let browser: Awaited<ReturnType<typeof openBrowser>> | null = null;
  let opened = '';
  try {
    if (axe) return await walkReach({ address, only, tell });
    if (keys) return await walkKeys({ address, only, tell });
    if (hangs) {
      browser = await openBrowser('chromium', 'en');
      const place = {
        address,
        folder: `${root}/.cache/journeys`,
        name: 'hangs',
        window: 'wide',
        tell,
      } as const;
      return await walkHangs(browser, place, only);
    }
    for (const { browser: name, language, window, walk, name: place, words } of chosen) {
      if (opened !== `${name} ${language}`) {
        await browser?.close();
        browser = await openBrowser(name, language);
        opened = `${name} ${language}`;
      }
      tell(`${words} (${windows[window].width}×${windows[window].height})`);
      if (browser)
        await walk(browser, { address, folder: `${root}/.cache/journeys`, name: place, window, tell });
    }
  } finally {
    await browser?.close();
    server.closeAllConnections();
    server.close();
  }
  return 0;
});

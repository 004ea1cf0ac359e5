// Proof that the built page reads a script in Firefox, and trains there on WebGPU: opens it over WebDriver BiDi, presses Train on the default
// preset and reads what a person reads. Not a Playwright spec, because Playwright drives only its own Firefox build.
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { launch } from 'puppeteer-core';
import { onBackend } from '../../tools/start/onBackend.ts';
import { serve } from '../../tools/start/serve.ts';
import { readsScript } from './reads.ts';

// Firefox on Linux has WebGPU behind a preference, and a software adapter only past its block-list.
const preferences = {
  'dom.webgpu.enabled': true,
  'dom.webgpu.workers.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
  'intl.accept_languages': 'en-US',
};

/** Trains to the end, however long it takes, and tells each new text of the progress line: a hang is for the caller to see. */
async function train(page: Page): Promise<string> {
  const button = await page.waitForSelector('aria/Train[role="button"]', { timeout: 0 });
  if (button === null) throw new Error('The page has no Train button.');
  await button.click();
  for (let told = ''; !/finished, \d+ steps|stopped(:| at)/.test(told); ) {
    const now = await page.evaluate(() => document.querySelector('.progress')?.textContent ?? '');
    if (now === told) await setTimeout(200);
    else process.stderr.write(`${now}\n`);
    told = now;
  }
  return page.evaluate(() => document.body.textContent);
}

/** The first and last loss from the chart's summary in words. Throws when the page shows none. */
function losses(text: string): readonly [first: number, last: number] {
  const found = /Loss: \d+ steps, from (\d[\d.]*(?:e[+-]?\d+)?) to (\d[\d.]*(?:e[+-]?\d+)?)/.exec(text);
  if (found === null) throw new Error(`No summary of the losses on the page:\n${text}`);
  return [Number(found[1]), Number(found[2])];
}

/** Why this Firefox has no WebGPU, or undefined when it has. Release builds before 141 refuse it even when asked. */
async function refusal(page: Page): Promise<string | undefined> {
  const reason = await page.evaluate(async () => {
    try {
      return (await navigator.gpu.requestAdapter()) === null ? 'no adapter' : '';
    } catch (error) {
      return String(error);
    }
  });
  return reason === '' ? undefined : reason;
}

async function prove(browser: Browser, page: Page): Promise<string> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  const text = await train(page);
  const [first, last] = losses(text);
  if (complaints.length > 0) throw new Error(`The page threw: ${complaints.join('\n')}`);
  if (!/WebGPU · /.test(text)) throw new Error(`The page did not run on WebGPU:\n${text}`);
  if (!(last <= first / 2))
    throw new Error(`The loss went from ${first} to ${last}; it must at least halve.`);
  return `${await browser.version()}: loss ${first} → ${last} on WebGPU`;
}

/** Exit status 0 and one line of facts when the page trained; 3 and the reason where this Firefox has no WebGPU. */
export async function main(): Promise<number> {
  const executablePath = process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr';
  const folder = resolve(fileURLToPath(new URL('../../dist', import.meta.url)));
  const { address, server } = await serve(folder, { port: 4290, base: '/some/where/', host: 'localhost' });
  const browser = await launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: preferences,
    // No limits: a busy machine would reach them.
    timeout: 0,
    protocolTimeout: 0,
  });
  try {
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(onBackend, 'webgpu');
    await page.goto(address, { timeout: 0 });
    const read = await readsScript(page);
    const reason = await refusal(page);
    const line = reason === undefined ? await prove(browser, page) : `${await browser.version()}: ${reason}`;
    process.stdout.write(`${line}; ${read}\n`);
    return reason === undefined ? 0 : 3;
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

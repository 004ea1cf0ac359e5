// A person at the built page, in Chromium or in Firefox, by one driver for both: sees (waits for words), presses, pastes, drops and takes
// pictures. Judges only what holds for every picture: nothing wider than the window, the keyboard somewhere.
import { mkdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Browser, Page } from 'puppeteer-core';
import { launch } from 'puppeteer-core';
import { onBackend } from '../start/onBackend.ts';
import { plainPickers } from '../start/plainPickers.ts';

export const browserNames = ['chromium', 'firefox'] as const;
export type BrowserName = (typeof browserNames)[number];
export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];
export const windows = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const;
export type Window = keyof typeof windows;

/** A picture is worth waiting for; what does not come in this time does not come. */
const PATIENCE_MS = 400_000;

// Firefox on Linux has WebGPU behind a preference, and a software adapter only past its block-list.
const preferences = {
  'dom.webgpu.enabled': true,
  'dom.webgpu.workers.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
};

export async function openBrowser(name: BrowserName, language: Language): Promise<Browser> {
  const locale = language === 'zh' ? 'zh-CN' : 'en-US';
  // No limits: a busy machine would reach them.
  const patient = { headless: true, timeout: 0, protocolTimeout: 0 } as const;
  if (name === 'firefox')
    return launch({
      ...patient,
      browser: 'firefox',
      executablePath: process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr',
      extraPrefsFirefox: { ...preferences, 'intl.accept_languages': locale },
    });
  return launch({
    ...patient,
    browser: 'chrome',
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      `--lang=${locale}`,
      `--accept-lang=${locale}`,
    ],
  });
}

export interface Place {
  readonly address: string;
  readonly folder: string;
  /** `chromium-wide-en`, before the name of every picture. */
  readonly name: string;
  readonly window: Window;
  readonly tell: (line: string) => void;
}

/** What a picture shows that no page should: told beside its name. */
const amiss = (): readonly string[] => {
  const found: string[] = [];
  const over = document.documentElement.scrollWidth - window.innerWidth;
  if (over > 0) found.push(`${over} px wider than the window`);
  const held = document.activeElement;
  if (document.querySelector('[role=dialog]') !== null && held === document.body)
    found.push('the keyboard is nowhere in the dialog');
  for (const element of document.querySelectorAll<HTMLElement>('button, p, h2, h3, li, code, label')) {
    const { clientWidth, scrollWidth } = element;
    const { overflowX } = getComputedStyle(element);
    if (
      clientWidth > 0 &&
      scrollWidth > clientWidth + 1 &&
      overflowX === 'visible' &&
      element.children.length === 0
    )
      found.push(`“${element.textContent.slice(0, 40)}” is wider than its place`);
  }
  return found;
};

export class Person {
  readonly #page: Page;
  readonly #place: Place;
  #pictures = 0;
  readonly complaints: string[] = [];

  private constructor(page: Page, place: Place) {
    this.#page = page;
    this.#place = place;
    page.on('request', (request) => {
      const url = request.url();
      if (!/^(blob|data|about):/.test(url) && !url.startsWith(new URL(place.address).origin))
        this.complaints.push(`a request left the origin: ${url}`);
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  static async comes(browser: Browser, place: Place, hash = ''): Promise<Person> {
    // A context of one's own: nothing is left from the last journey.
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport(windows[place.window]);
    const person = new Person(page, place);
    await page.evaluateOnNewDocument(onBackend, 'webgpu');
    await page.evaluateOnNewDocument(plainPickers);
    await page.goto(`${place.address}${hash}`, { timeout: 0 });
    await person.sees('.strip-cells');
    return person;
  }

  async leaves(): Promise<void> {
    for (const complaint of this.complaints) this.#place.tell(`  complaint: ${complaint}`);
    await this.#page.browserContext().close();
  }

  get page(): Page {
    return this.#page;
  }

  /** Waits until something is there, with these words where some are given; throws when it does not come. */
  async sees(selector: string, words = ''): Promise<void> {
    const seen = this.#page.waitForFunction(
      (wanted, text) =>
        [...document.querySelectorAll<HTMLElement>(wanted)].some(
          (one) => one.checkVisibility() && new RegExp(text).test(one.textContent),
        ),
      { timeout: PATIENCE_MS, polling: 50 },
      selector,
      words,
    );
    await seen.catch(async () => {
      await this.looks('stuck');
      throw new Error(`${this.#place.name}: '${selector}' ${words} never came`);
    });
  }

  async has(selector: string): Promise<boolean> {
    return (await this.#page.$(selector)) !== null;
  }

  async presses(selector: string, words = ''): Promise<void> {
    await this.sees(selector, words);
    for (const found of await this.#page.$$(selector)) {
      if (!new RegExp(words).test(await found.evaluate((one) => one.textContent))) continue;
      await found.evaluate((one) => one.scrollIntoView({ block: 'nearest' }));
      return found.click();
    }
  }

  /** A file, as the browser's own chooser hands it over. */
  async chooses(selector: string, path: string): Promise<void> {
    const field = await this.#page.$(selector);
    if (field === null) throw new Error(`${this.#place.name}: no '${selector}' to choose a file by`);
    await (await field.toElement('input')).uploadFile(path);
  }

  async strikes(key: 'Escape' | 'p' | 's' | 'End'): Promise<void> {
    await this.#page.keyboard.press(key);
  }

  async reads(selector: string): Promise<string> {
    return this.#page.$eval(selector, (one) =>
      one instanceof HTMLTextAreaElement ? one.value : (one.textContent ?? ''),
    );
  }

  /** As Ctrl V does outside every field. */
  async pastes(text: string): Promise<void> {
    await this.#page.evaluate((words) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', words);
      const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true });
      // Firefox takes none from the one who makes the event.
      Object.defineProperty(event, 'clipboardData', { value: clipboardData });
      document.body.dispatchEvent(event);
    }, text);
  }

  async drops(name: string, text: string): Promise<void> {
    await this.#page.evaluate(
      (file, words) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([words], file));
        document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      },
      name,
      text,
    );
  }

  async fills(selector: string, text: string): Promise<void> {
    await this.sees(selector);
    await this.#page.$eval(
      selector,
      (field, words) => {
        if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return;
        // React listens to the field's own setter.
        Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')?.set?.call(field, words);
        field.dispatchEvent(new Event('input', { bubbles: true }));
        field.focus();
      },
      text,
    );
  }

  /** A picture of the window as it is, numbered in the order of the journey. */
  async looks(name: string): Promise<void> {
    const { folder, name: place, tell } = this.#place;
    this.#pictures += 1;
    // A panel that fades in, a chart that draws itself.
    await setTimeout(400);
    mkdirSync(folder, { recursive: true });
    const file = `${place}-${name}-${this.#pictures}`;
    await this.#page.screenshot({ path: `${folder}/${file}.png` });
    const found = await this.#page.evaluate(amiss);
    tell(`${file}${found.length > 0 ? `: ${found.join('; ')}` : ''}`);
  }

  /** Brings what stands further down into the window. */
  async scrollsTo(selector: string): Promise<void> {
    await this.sees(selector);
    await this.#page.$eval(selector, (one) => one.scrollIntoView({ block: 'start' }));
  }
}

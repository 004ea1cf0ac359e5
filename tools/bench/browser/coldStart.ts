// `npm run bench -- --cold`: how long a newcomer waits at the built page in Chromium, whose storage is empty: until the untouched model answers, the
// first point of the curve, and an answer that is another. One press. Of each kind of machine a few in turn, with the machine's load beside.
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import { serve } from '../../start/serve.ts';
import { buildIfStale } from '../../start/stale.ts';

const root = resolve(fileURLToPath(new URL('../../../', import.meta.url)));
/** A person has left long before. */
const PATIENCE_MS = 600_000;

const machines = {
  'no graphics adapter': ['--disable-features=WebGPU', '--disable-gpu'],
  'software adapter': ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
} as const;

export interface ColdStart {
  readonly machine: keyof typeof machines;
  /** Of the machine when it began: above its cores the figures tell of the machine. */
  readonly load: number;
  /** Seconds since the address was entered. */
  readonly answered: number;
  readonly firstPoint: number;
  readonly changed: number;
  /** Step whose answer is another. */
  readonly step: number;
  /** What ran it, as the bar has it. */
  readonly device: string;
}

/** Seconds of the page's own clock when this holds first. */
async function when(page: Page, holds: () => boolean): Promise<number> {
  await page.waitForFunction(holds, null, { timeout: PATIENCE_MS, polling: 'raf' });
  return page.evaluate(() => performance.now() / 1000);
}

async function coldStart(address: string, machine: keyof typeof machines): Promise<ColdStart> {
  const [load = 0] = loadavg();
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', ...machines[machine]],
  });
  try {
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.goto(address);
    const answered = await when(page, () => {
      const now = document.querySelector('.answer-now p');
      return now !== null && !now.classList.contains('dim');
    });
    await page.locator('.try-train').click();
    const firstPoint = await when(page, () =>
      /^step [1-9]/.test(document.querySelector('.progress')?.textContent ?? ''),
    );
    const changed = await when(page, () =>
      [...document.querySelectorAll('.answer')].some((one) => {
        const before = one.querySelector('.answer-before .answer-text')?.textContent;
        const after = one.querySelector('.answer-after .answer-text:not(:has(.answer-writing))')?.textContent;
        return Boolean(before && after && before !== after);
      }),
    );
    const said = (await page.locator('.progress').textContent()) ?? '';
    const device = (await page.locator('.bar-device').textContent()) ?? '';
    return { machine, load, answered, firstPoint, changed, step: Number(/\d+/.exec(said)?.[0]), device };
  } finally {
    await browser.close();
  }
}

/** Of each machine in turn, so often. */
export async function measureColdStarts(turns: number): Promise<readonly ColdStart[]> {
  await buildIfStale(root);
  const { address, server } = await serve(`${root}/dist`, { port: 4950, base: '/', host: 'localhost' });
  const measured: ColdStart[] = [];
  try {
    for (let turn = 0; turn < turns; turn += 1)
      for (const machine of ['no graphics adapter', 'software adapter'] as const)
        measured.push(await coldStart(address, machine));
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return measured;
}

export function printColdStarts(starts: readonly ColdStart[], write: (line: string) => void): void {
  write('seconds since the address was entered; one press; storage empty');
  for (const { machine, load, answered, firstPoint, changed, step, device } of starts)
    write(
      `${machine.padEnd(20)} untouched answer ${answered.toFixed(1).padStart(5)}  first point ${firstPoint.toFixed(1).padStart(5)}  changed answer ${changed.toFixed(1).padStart(5)} (step ${step})  load ${load.toFixed(1)}  ${device}`,
    );
}

// `npm run soak`: a long run in Chromium, looked at near its start, in its middle and at its end: what the page's heap holds after a
// collection, its nodes, the bytes on the device, and how long a click takes to be painted. Prints the ratios; judges heap and nodes.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import type { Command } from '../commandLine.ts';
import { tool, whole } from '../commandLine.ts';
import { buildIfStale } from '../start/stale.ts';
import { openHost } from './host.ts';
import { tinyLink } from './tinyLink.ts';

export const command = {
  call: 'npm run -s soak --',
  about: 'Trains for long in Chromium; prints heap, nodes, GPU memory and response at start, middle and end.',
  options: {
    steps: { type: 'string', value: 'N', help: 'steps of the run', default: '2000' },
  },
} as const satisfies Command;

const CLICKS = 10;
/** What may be left over by the end, over the middle. */
const MOST_GROWTH = 1.1;

interface Sample {
  readonly step: number;
  readonly heap: number;
  readonly nodes: number;
  readonly gpu: number;
  /** The slowest of a few clicks, until it was painted. */
  readonly responseMs: number;
}

/** A press of a chart's button, from the event to the second frame behind it. */
const clickMs = (): Promise<number> =>
  new Promise((told) => {
    const button = [...document.querySelectorAll('button')].find(
      (one) => one.textContent?.trim() === 'smooth',
    );
    if (!button) throw new Error('the page has no button “smooth” to press');
    const started = performance.now();
    button.click();
    requestAnimationFrame(() => requestAnimationFrame(() => told(performance.now() - started)));
  });

async function sample(page: Page, step: number): Promise<Sample> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((one) => one.name === name)?.value ?? 0;
  const responses: number[] = [];
  for (let i = 0; i < CLICKS; i++) responses.push(await page.evaluate(clickMs));
  const held = await Promise.all(
    page.workers().map((worker) => worker.evaluate(() => Number(Object(self).gpuBytes))),
  );
  await session.detach();
  return {
    step,
    heap: of('JSHeapUsedSize'),
    nodes: of('Nodes'),
    gpu: Math.max(0, ...held.filter(Number.isFinite)),
    responseMs: Math.max(...responses),
  };
}

const stepOf = (page: Page): Promise<number> =>
  page.evaluate(() =>
    Number(/step (\d+)/.exec(document.querySelector('.progress')?.textContent ?? '')?.[1] ?? 0),
  );

async function reached(page: Page, step: number): Promise<void> {
  for (let at = 0; at < step; ) {
    const next = await page.waitForFunction(
      (before) => {
        const said = document.querySelector('.progress')?.textContent ?? '';
        if (/^stopped/.test(said.trim())) return -1;
        const now = Number(/step (\d+)/.exec(said)?.[1] ?? 0);
        return now > before && now;
      },
      at,
      { timeout: 600_000, polling: 200 },
    );
    at = Number(await next.jsonValue());
    if (at < 0) throw new Error('the run stopped');
  }
}

const line = ({ step, heap, nodes, gpu, responseMs }: Sample): string =>
  [
    `step ${step}: heap ${(heap / 1e6).toFixed(1)} MB`,
    `${nodes} nodes`,
    `GPU ${(gpu / 1e6).toFixed(1)} MB`,
    `slowest click ${responseMs.toFixed(0)} ms`,
  ].join(', ');

export const main = tool(command, async ({ steps }) => {
  // Fewer have no middle that lies between start and end.
  const total = whole(command, 'steps', steps, 2000, 10);
  const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
  await buildIfStale(root);
  const host = await openHost(resolve(root, 'dist'));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
  });
  try {
    host.begin({ fault: null, moment: 'mid-run', outside: () => Promise.resolve() });
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.goto(`${host.address}#${tinyLink(total)}`);
    await page.locator('.strip-cells').waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const samples: Sample[] = [];
    for (const wanted of [Math.ceil(total / 100), Math.ceil(total / 2), Math.floor(total * 0.99)]) {
      await reached(page, wanted);
      const taken = await sample(page, await stepOf(page));
      samples.push(taken);
      process.stdout.write(`${line(taken)}\n`);
    }
    const [, middle, end] = samples;
    if (!middle || !end) return 1;
    const ratio = (name: 'heap' | 'nodes' | 'gpu'): string => (end[name] / middle[name]).toFixed(3);
    process.stdout.write(
      `end over middle: heap ${ratio('heap')}, nodes ${ratio('nodes')}, GPU ${ratio('gpu')}\n`,
    );
    return Math.max(Number(ratio('heap')), Number(ratio('nodes'))) <= MOST_GROWTH ? 0 : 1;
  } finally {
    await browser.close();
    host.close();
  }
});

// `npm run soak`: a long run in Chromium, looked at near its start, in its middle and at its end: what the page's heap holds after a
// collection, its nodes, the bytes on the device, and how long a click takes to be painted. Prints the figures and, when asked, writes them
// into docs/reliability.md; judges heap and nodes.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import type { Command } from '../commandLine.ts';
import { tool, whole } from '../commandLine.ts';
import { onBackend } from '../start/onBackend.ts';
import { buildIfStale } from '../start/stale.ts';
import { launched } from './chromium.ts';
import { openHost } from './host.ts';
import { withLongRun } from './report.ts';
import { tinyLink } from './tinyLink.ts';

export const command = {
  call: 'npm run -s soak --',
  about: 'Trains for long in Chromium; prints heap, nodes, GPU memory and response at start, middle and end.',
  options: {
    steps: { type: 'string', value: 'N', help: 'steps of the run', default: '2000' },
    write: { type: 'boolean', help: 'write the figures into docs/reliability.md' },
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
  /** What the page's own thread works for a click, with the steps that fall into it: other work on the machine adds nothing to it. */
  readonly clickCpuMs: number;
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
  const measured = async (): Promise<(name: string) => number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (name) => metrics.find((one) => one.name === name)?.value ?? 0;
  };
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const of = await measured();
  const responses: number[] = [];
  for (let i = 0; i < CLICKS; i++) responses.push(await page.evaluate(clickMs));
  const after = await measured();
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
    clickCpuMs: ((after('ThreadTime') - of('ThreadTime')) / CLICKS) * 1000,
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

const row = ({ step, heap, nodes, gpu, responseMs, clickCpuMs }: Sample): string =>
  `| ${step} | ${(heap / 1e6).toFixed(2)} | ${nodes} | ${(gpu / 1e6).toFixed(1)} | ${responseMs.toFixed(0)} | ${clickCpuMs.toFixed(1)} |`;

const reportOf = (total: number, samples: readonly Sample[], ratios: string): string =>
  [
    `\`npm run soak\`: ${total} small steps in Chromium on a software adapter, which shares its cores with the page; what is held is read after a`,
    `collection, and a click is timed from its event to the second frame behind it, the slowest of ${CLICKS}; other work on the machine adds to it.`,
    '',
    '| step | heap MB | nodes | GPU MB | slowest click ms | of the page’s thread, a click ms |',
    '| --- | --- | --- | --- | --- | --- |',
    ...samples.map(row),
    '',
    `End over middle: ${ratios}.`,
    '',
  ].join('\n');

export const main = tool(command, async ({ steps, write }) => {
  // Fewer have no middle that lies between start and end.
  const total = whole(command, 'steps', steps, 2000, 10);
  const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
  await buildIfStale(root);
  const host = await openHost(resolve(root, 'dist'));
  const browser = await launched();
  try {
    host.begin({ fault: null, moment: 'mid-run', outside: () => Promise.resolve() });
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    await page.addInitScript(onBackend, 'webgpu');
    await page.goto(`${host.address}#${tinyLink(total)}`);
    await page.locator('.strip-cells').waitFor();
    await page.getByRole('button', { name: 'Train', exact: true }).click();
    const samples: Sample[] = [];
    for (const wanted of [Math.ceil(total / 100), Math.ceil(total / 2), Math.floor(total * 0.99)]) {
      await reached(page, wanted);
      const taken = await sample(page, await stepOf(page));
      samples.push(taken);
      process.stdout.write(`${row(taken)}\n`);
    }
    const [, middle, end] = samples;
    if (!middle || !end) return 1;
    const ratio = (name: 'heap' | 'nodes' | 'gpu'): string => (end[name] / middle[name]).toFixed(3);
    const ratios = `heap ${ratio('heap')}, nodes ${ratio('nodes')}, GPU ${ratio('gpu')}`;
    process.stdout.write(`end over middle: ${ratios}\n`);
    const path = resolve(root, 'docs/reliability.md');
    if (write) writeFileSync(path, withLongRun(readFileSync(path, 'utf8'), reportOf(total, samples, ratios)));
    return Math.max(Number(ratio('heap')), Number(ratio('nodes'))) <= MOST_GROWTH ? 0 : 1;
  } finally {
    await browser.close();
    host.close();
  }
});

// The built page without its server: after one visit it opens, trains and reads what it needs from what the browser keeps; a newer version is
// offered, and taken when a person says so. On the CPU: no device is needed for that.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileFor, typeOf } from '../tools/start/serve.ts';
import { alone, expect, faults, overflow, reach } from './playground.ts';

const BASE = '/some/sub/path/';
const link = '#v=1&preset=polite-refusal&train.max_steps=2&generate.max_new_tokens=2';
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

interface Host {
  readonly address: string;
  /** The same page with another title, as a newer build would have it. */
  newer: boolean;
  /** Ends the server; addresses stay. */
  down(): void;
  up(): Promise<void>;
}

function changed(path: string, bytes: Buffer): Buffer {
  const page = readFileSync('dist/index.html');
  const other = Buffer.from(page.toString().replace('<title>', '<title>Newer '));
  if (path === 'index.html') return other;
  if (path !== 'sw.js') return bytes;
  const worker = bytes.toString();
  const version = /version:[`"](\w{16})[`"]/.exec(worker)?.[1] ?? '';
  expect(worker).toContain(sha256(page));
  return Buffer.from(worker.replace(sha256(page), sha256(other)).replace(version, '0123456789abcdef'));
}

async function openHost(): Promise<Host> {
  let port = 0;
  const host = { address: '', newer: false, down: () => {}, up: async () => {} };
  host.up = async () => {
    const server = createServer(({ url = '/' }, response) => {
      const file = fileFor('dist', BASE, url.replace(/[?#].*$/, '')) ?? '';
      try {
        const bytes = readFileSync(file);
        const path = file.slice(file.indexOf('dist/') + 5);
        response.writeHead(200, { 'content-type': typeOf(file), 'cache-control': 'no-cache' });
        response.end(host.newer ? changed(path, bytes) : bytes);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((listens) => server.listen(port, 'localhost', listens));
    const at = server.address();
    port = typeof at === 'object' && at ? at.port : 0;
    host.address = `http://localhost:${port}${BASE}`;
    host.down = () => {
      server.closeAllConnections();
      server.close();
    };
  };
  await host.up();
  return host;
}

const test = alone.extend<{ readonly host: Host }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs
  host: async ({}, use) => {
    const host = await openHost();
    await use(host);
    host.down();
  },
  baseURL: async ({ host }, use) => use(host.address),
  serviceWorkers: 'allow',
});

test('opens and trains without its server, and takes a newer version when told to', async ({
  page,
  host,
}) => {
  await page.goto(link);
  // Kept, and answering: the page of the first visit too.
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  host.down();
  await page.goto('about:blank');
  await page.goto(host.address + link);
  await expect(page.locator('.strip-cells')).toBeVisible();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await reach(page, /^finished, 2 steps/);
  // Parts that nobody opened before.
  await page.getByRole('button', { name: 'More run actions' }).click();
  await page.getByRole('menuitem', { name: 'Storage' }).click();
  await expect(page.getByRole('dialog')).toContainText('The page itself');
  await expect(page.getByRole('dialog')).toContainText('The saved run');
  expect([await faults(page), await overflow(page)]).toEqual([[], 0]);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();

  host.newer = true;
  await host.up();
  await page.reload();
  const offer = page.getByRole('region', { name: 'A newer version of this page is ready' });
  await expect(offer).toBeVisible();
  await expect(page).not.toHaveTitle(/Newer/);
  await Promise.all([page.waitForEvent('load'), offer.getByRole('button').click()]);
  await expect(page).toHaveTitle(/Newer/);
  await expect(page.locator('.strip-cells')).toBeVisible();
  await expect(offer).toHaveCount(0);
});

// The static server over a real folder: what it sends, what it refuses, and when the page counts as out of date.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileFor, serve } from './serve.ts';
import { isStale } from './stale.ts';

const folder = mkdtempSync(join(tmpdir(), 'serve-'));
const options = { port: 4400, base: '/some/where/', host: 'localhost' };
let running: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  mkdirSync(join(folder, 'dist', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'index.html'), '<p>page</p>');
  writeFileSync(join(folder, 'dist', 'assets', 'a b.js'), 'x');
  writeFileSync(join(folder, 'secret'), 'no');
  running = await serve(join(folder, 'dist'), options);
});
afterAll(() => {
  running.server.closeAllConnections();
  running.server.close();
  rmSync(folder, { recursive: true });
});

test('a page under a sub-path, with its type and no headers that a host would need to be told', async () => {
  const answer = await fetch(running.address);
  expect(await answer.text()).toBe('<p>page</p>');
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  for (const name of [
    'cross-origin-opener-policy',
    'cross-origin-embedder-policy',
    'content-security-policy',
  ]) {
    expect(answer.headers.get(name)).toBeNull();
  }
  const again = await fetch(running.address, {
    headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
  });
  expect(again.status).toBe(304);
});

test('a page that is isolated where that is asked for', async () => {
  const isolated = await serve(join(folder, 'dist'), { ...options, isolate: true });
  for (const file of ['', 'assets/a%20b.js']) {
    const { headers } = await fetch(`${isolated.address}${file}`);
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  }
  isolated.server.closeAllConnections();
  isolated.server.close();
});

test('names with spaces, missing files, other methods and paths outside', async () => {
  expect((await fetch(`${running.address}assets/a%20b.js`)).headers.get('content-type')).toContain(
    'javascript',
  );
  expect((await fetch(`${running.address}none.js`)).status).toBe(404);
  expect((await fetch(`${running.address}assets`)).status).toBe(404);
  expect((await fetch(running.address, { method: 'POST' })).status).toBe(405);
  expect((await fetch(running.address.replace('/some/where/', '/'))).status).toBe(404);
  expect((await fetch(`${running.address}..%2fsecret`)).status).toBe(404);
});

test('paths never leave the folder', () => {
  for (const path of ['/..%2f..%2fetc/passwd', '/../x', '/%2e%2e/x', '/..%5c', '/%00', '/%zz']) {
    const file = fileFor('/srv/dist', '/', path);
    expect(file === undefined || file.startsWith('/srv/dist')).toBe(true);
  }
  expect(fileFor('/srv/dist', '/', '/..%2fdist-other/x')).toBeUndefined();
  expect(fileFor('/srv/dist', '/', '/')).toBe('/srv/dist/index.html');
});

test('a taken port gives the next one', async () => {
  const second = await serve(join(folder, 'dist'), options);
  expect(second.address).not.toBe(running.address);
  expect((await fetch(second.address)).status).toBe(200);
  second.server.closeAllConnections();
  second.server.close();
});

test('a port that browsers refuse is passed over', async () => {
  const { address, server } = await serve(join(folder, 'dist'), { ...options, port: 4190 });
  expect(address).toMatch(/^http:\/\/localhost:4(19[1-9]|20\d)\/some\/where\/$/);
  server.close();
});

test('the page is out of date when a source is newer, however deep', () => {
  mkdirSync(join(folder, 'src', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'src', 'deep', 'a.ts'), 'x');
  // Long before the page was built, and long after.
  const [old, later] = [new Date('2001-01-01'), new Date('2100-01-01')];
  for (const path of ['src/deep/a.ts', 'src/deep', 'src']) utimesSync(join(folder, path), old, old);
  expect(isStale(folder, ['src', 'gone'])).toBe(false);
  writeFileSync(join(folder, 'src', 'deep', 'a.ts'), 'y');
  utimesSync(join(folder, 'src', 'deep', 'a.ts'), later, later);
  expect(isStale(folder, ['src'])).toBe(true);
  expect(isStale(join(folder, 'src'), [])).toBe(true);
});

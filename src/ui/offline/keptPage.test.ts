// The page's files as they are kept, over caches and a server made up here: what is fetched, believed, taken over from the version before,
// given up, and left to the network.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { cacheFamily } from './cacheFamily.ts';
import type { PageFiles } from './keptPage.ts';
import { keptPage } from './keptPage.ts';

const scope = 'https://host.test/some/path/';
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Disk {
  readonly server: Record<string, string>;
  /** What the browser's own cache answers in its place. */
  readonly stale: Record<string, string>;
  readonly asked: string[];
  readonly caches: Map<string, Map<string, Response>>;
}

const emptyDisk = (server: Record<string, string>): Disk => ({
  server,
  stale: {},
  asked: [],
  caches: new Map(),
});

function filesOf(texts: Record<string, string>, later: Record<string, string> = {}): PageFiles {
  const table = (of: Record<string, string>) =>
    Object.fromEntries(Object.entries(of).map(([path, text]) => [path, digest(text)]));
  return {
    version: digest(JSON.stringify([texts, later])).slice(0, 8),
    now: table(texts),
    later: table(later),
  };
}

function pageOn(disk: Disk, files: PageFiles) {
  const open = async (name: string) => {
    const held = disk.caches.get(name) ?? new Map<string, Response>();
    disk.caches.set(name, held);
    return {
      match: async (address: string) => held.get(address)?.clone(),
      put: async (address: string, answer: Response) => void held.set(address, answer),
    } as unknown as Cache;
  };
  return keptPage(files, {
    scope,
    caches: {
      open,
      keys: async () => [...disk.caches.keys()],
      delete: async (name) => disk.caches.delete(name),
    },
    request: async (address, { cache }) => {
      const path = address.slice(scope.length) || 'index.html';
      disk.asked.push(`${path} ${cache}`);
      const text = (cache === 'default' ? disk.stale[path] : undefined) ?? disk.server[path];
      return text === undefined
        ? new Response('none', { status: 404 })
        : new Response(text, { headers: { 'content-type': 'text/x', 'content-encoding': 'gzip' } });
    },
  });
}

const ask = async (page: ReturnType<typeof pageOn>, path: string): Promise<string> => {
  const request = new Request(scope + path);
  const known = page.pathOf(request);
  if (known === null) return 'the network';
  const meanwhile: Promise<unknown>[] = [];
  const answer = await page.answer(known, request, (work) => meanwhile.push(work));
  await Promise.all(meanwhile);
  return answer.text();
};

const one = { 'index.html': 'page 1', 'assets/a-1.js': 'a 1', 'model/m': 'weights' };

test('what is kept answers without the server, with its type and not with its packing', async () => {
  const disk = emptyDisk({ ...one });
  const page = pageOn(disk, filesOf(one));
  await page.install();
  for (const path of Object.keys(disk.server)) delete disk.server[path];
  expect(await ask(page, '')).toBe('page 1');
  expect(await ask(page, 'index.html?x=1')).toBe('page 1');
  expect(await ask(page, 'assets/a-1.js')).toBe('a 1');
  const answer = await page.answer('model/m', new Request(`${scope}model/m`), () => {});
  expect(Object.fromEntries(answer.headers)).toEqual({ 'content-type': 'text/x', 'content-length': '7' });
});

test('a file of other bytes is asked for past the browser’s cache, then nothing is installed; what came stays', async () => {
  const disk = emptyDisk({ ...one });
  const page = pageOn(disk, filesOf(one));
  disk.stale['model/m'] = 'old';
  await page.install();
  expect(disk.asked.filter((line) => line.startsWith('model'))).toEqual([
    'model/m default',
    'model/m reload',
  ]);

  const spoiled = emptyDisk({ ...one, 'model/m': 'other' });
  const second = pageOn(spoiled, filesOf(one));
  await expect(second.install()).rejects.toThrow('model/m');
  spoiled.asked.length = 0;
  spoiled.server['model/m'] = 'weights';
  await second.install();
  expect(spoiled.asked).toEqual(['model/m default']);
});

test('a newer version fetches only what changed, and the one before it still has its parts', async () => {
  const disk = emptyDisk({ ...one, 'pyodide/p': 'python' });
  const first = pageOn(disk, filesOf(one, { 'pyodide/p': 'python' }));
  await first.install();
  expect(await ask(first, 'pyodide/p')).toBe('python');
  const two = { 'index.html': 'page 2', 'assets/a-2.js': 'a 2', 'model/m': 'weights' };
  for (const path of Object.keys(disk.server)) delete disk.server[path];
  Object.assign(disk.server, two);
  disk.asked.length = 0;
  const second = pageOn(disk, filesOf(two, { 'pyodide/p': 'python' }));
  await second.install();
  expect(disk.asked.sort()).toEqual(['assets/a-2.js default', 'index.html default']);
  // Until it is taken the first one answers as before.
  expect(await ask(first, '')).toBe('page 1');
  await second.tidy();
  expect(await ask(second, '')).toBe('page 2');
  expect(await ask(second, 'pyodide/p')).toBe('python');
  expect(await ask(second, 'assets/a-1.js')).toBe('a 1');
  const third = pageOn(disk, filesOf({ ...two, 'index.html': 'page 3' }));
  disk.server['index.html'] = 'page 3';
  await third.install();
  disk.caches.set('another page', new Map());
  await third.tidy();
  expect([...disk.caches.keys()].filter((name) => name.startsWith(cacheFamily(scope)))).toHaveLength(2);
  expect(disk.caches.has('another page')).toBe(true);
});

test('what is kept later is fetched when it is asked for, and kept when it is the right file', async () => {
  const disk = emptyDisk({ ...one, 'pyodide/p': 'other' });
  const page = pageOn(disk, filesOf(one, { 'pyodide/p': 'python' }));
  await page.install();
  expect(disk.asked.some((line) => line.startsWith('pyodide'))).toBe(false);
  // Another file is passed on, for who asked to judge, and not kept.
  expect(await ask(page, 'pyodide/p')).toBe('other');
  disk.server['pyodide/p'] = 'python';
  expect(await ask(page, 'pyodide/p')).toBe('python');
  delete disk.server['pyodide/p'];
  expect(await ask(page, 'pyodide/p')).toBe('python');
});

test('parts, what is asked past all caches, other methods, files and folders are the network’s', async () => {
  const page = pageOn(emptyDisk({ ...one }), filesOf(one));
  const pathOf = (address: string, asked: RequestInit = {}) => page.pathOf(new Request(address, asked));
  expect(pathOf(`${scope}model/m`)).toBe('model/m');
  expect(pathOf(`${scope}model/m`, { headers: { range: 'bytes=1-' } })).toBeNull();
  expect(pathOf(`${scope}model/m`, { cache: 'reload' })).toBeNull();
  expect(pathOf(`${scope}model/m`, { cache: 'no-store' })).toBeNull();
  expect(pathOf(scope, { method: 'POST' })).toBeNull();
  expect(pathOf(`${scope}sw.js`)).toBeNull();
  expect(pathOf(`${scope}constructor`)).toBeNull();
  expect(pathOf('https://host.test/some/')).toBeNull();
  expect(pathOf('https://other.test/some/path/model/m')).toBeNull();
});

// A local server for pages that open exports, and the packages that such pages fetch from a network of copies, from folders on this machine
// instead: the version that a page names, or none. For webPage.ts.
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import type { Page } from '@playwright/test';

const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  js: 'text/javascript',
  mjs: 'text/javascript',
  json: 'application/json',
  wasm: 'application/wasm',
};
const typeOf = (path: string): string => types[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream';

export interface Served {
  readonly address: string;
  readonly server: Server;
}

/** `pages`: texts by path; `folders`: what stands below a path. */
export async function serve(
  pages: ReadonlyMap<string, string>,
  folders: Readonly<Record<string, string>>,
): Promise<Served> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent((request.url ?? '/').split('?')[0] ?? '/'));
    const page = pages.get(path);
    if (page !== undefined) return response.writeHead(200, { 'Content-Type': 'text/html' }).end(page);
    const [prefix, root] = Object.entries(folders).find(([one]) => path.startsWith(one)) ?? [];
    const file = prefix === undefined || root === undefined ? '' : join(root, path.slice(prefix.length));
    if (!existsSync(file)) return response.writeHead(404).end();
    return response.writeHead(200, { 'Content-Type': typeOf(file) }).end(readFileSync(file));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { address: `http://127.0.0.1:${port}`, server };
}

const packaged = /^\/npm\/((?:@[^/]+\/)?[^@/]+)(?:@([^/]+))?(?:\/(.+))?$/;

/** The file that the network would send: of the version that is named, wherever one of the folders has it. */
function copied(path: string, modules: readonly string[]): string | null {
  const [, name = '', version, file] = packaged.exec(path) ?? [];
  for (const folder of modules) {
    const about = join(folder, name, 'package.json');
    if (name === '' || !existsSync(about)) continue;
    const told: Readonly<Record<string, string | undefined>> = JSON.parse(readFileSync(about, 'utf8'));
    if (version !== undefined && told.version !== version) continue;
    return join(folder, name, file ?? told.jsdelivr ?? told.main ?? '');
  }
  return null;
}

/** Answers what a page asks of the network of copies from `modules`, folders named node_modules. */
export async function withoutNetwork(page: Page, modules: readonly string[]): Promise<void> {
  await page.route('https://cdn.jsdelivr.net/**', async (route) => {
    const { pathname } = new URL(route.request().url());
    const path = copied(pathname, modules);
    if (path === null || !existsSync(path)) {
      process.stderr.write(`  ${pathname}: none of the folders has it\n`);
      return route.abort();
    }
    return route.fulfill({
      contentType: typeOf(path),
      headers: { 'Access-Control-Allow-Origin': '*' },
      body: readFileSync(path),
    });
  });
}

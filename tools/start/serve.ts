// A static file server like a host of static files: types, lengths, revalidation, nothing else. No special
// headers unless they are asked for, no fallback page, no listing, so that what works here works anywhere.

import { createReadStream, statSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, STATUS_CODES } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { own } from '../../src/engine/ground/own.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.jsonl': 'application/x-ndjson; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** The content type for a file name. Unknown kinds are bytes. */
export function typeOf(path: string): string {
  return own(types, extname(path).toLowerCase()) ?? 'application/octet-stream';
}

/**
 * The file for a request path below `base` (which starts and ends with a slash), or undefined when the path lies
 * outside the folder or is not valid percent encoding. A path that ends with a slash means its index.html.
 */
export function fileFor(folder: string, base: string, urlPath: string): string | undefined {
  if (!urlPath.startsWith(base)) return undefined;
  let inner: string;
  try {
    inner = decodeURIComponent(urlPath.slice(base.length));
  } catch {
    return undefined;
  }
  if (inner.includes('\0')) return undefined;
  const path = normalize(join(folder, inner));
  const top = normalize(folder).replace(/[\\/]$/, '') + sep;
  if (!`${path}${sep}`.startsWith(top)) return undefined;
  return inner === '' || inner.endsWith('/') ? join(path, 'index.html') : path;
}

/** A page whose host sends these may share memory between threads. What it fetches elsewhere it fetches with CORS, which they leave alone. */
const isolating = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
} as const;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  /** The file to send; without one the status text is the body. */
  readonly file?: string;
}

/** What to answer; looks at the file system and sends nothing. */
function decide(folder: string, base: string, request: IncomingMessage): Answer {
  const path = (request.url ?? '/').replace(/[?#].*$/, '');
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, headers: { allow: 'GET, HEAD' } };
  if (`${path}/` === base) return { status: 301, headers: { location: base } };
  const file = fileFor(folder, base, path);
  const stat = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
  if (file === undefined || !stat?.isFile()) return { status: 404, headers: {} };
  const etag = `"${stat.size.toString(16)}-${Math.trunc(stat.mtimeMs).toString(16)}"`;
  const headers = { 'cache-control': 'no-cache', etag, 'last-modified': stat.mtime.toUTCString() };
  if (request.headers['if-none-match'] === etag) return { status: 304, headers };
  return {
    status: 200,
    file,
    headers: { ...headers, 'content-type': typeOf(file), 'content-length': stat.size },
  };
}

function send(answer: Answer, request: IncomingMessage, response: ServerResponse, more: object): void {
  response.writeHead(answer.status, { ...answer.headers, ...more });
  if (request.method === 'HEAD' || answer.status === 304) response.end();
  else if (answer.file === undefined) response.end(`${answer.status} ${STATUS_CODES[answer.status]}\n`);
  else
    createReadStream(answer.file)
      .on('error', () => response.destroy())
      .pipe(response);
}

// Ports above 1024 that browsers refuse to open (WHATWG Fetch, "bad port").
const refusedPorts = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080,
]);

/**
 * Serves `folder` under `base` at the first free port from `port` on; tries 20. Resolves with the address. `isolate`: cross-origin isolated.
 * Throws when none of them is free.
 */
export async function serve(
  folder: string,
  {
    port,
    base,
    host,
    isolate = false,
  }: { readonly port: number; readonly base: string; readonly host: string; readonly isolate?: boolean },
): Promise<{ readonly address: string; readonly server: Server }> {
  for (let candidate = port; candidate < port + 20; candidate += 1) {
    if (refusedPorts.has(candidate)) continue;
    const server = createServer((request, response) =>
      send(decide(folder, base, request), request, response, isolate ? isolating : {}),
    );
    const taken = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? resolve(true) : reject(error),
      );
      server.listen(candidate, host, () => resolve(false));
    });
    if (!taken) return { address: `http://${host}:${candidate}${base}`, server };
  }
  throw new Error(`Ports ${port} to ${port + 19} are all taken. Name another with --port.`);
}

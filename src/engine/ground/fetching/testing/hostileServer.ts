// Test-only: a server of this machine that answers as it is told, one script an address, and remembers what it was asked. A clock that
// moves when somebody sleeps.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Net } from '../net.ts';
import { SILENT_MS } from '../watch.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What the well-behaved answers bring. */
export const file = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 37 + (i >> 9)) & 255);
/** As long, with other bytes. */
export const otherFile = file.map((byte) => byte ^ 1);
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface HostileServer {
  /** Without a slash at its end. */
  readonly origin: string;
  /** One answer a request; the last one stays. Returns the address. */
  answers(path: string, ...answers: readonly Answer[]): string;
  /** Headers of every request for a path, in order. */
  asked(path: string): readonly IncomingMessage['headers'][];
  /** Resolves when a connection was ended by the other side. */
  readonly hungUp: Promise<void>;
  close(): void;
}

export async function hostileServer(): Promise<HostileServer> {
  const scripts = new Map<string, Answer[]>();
  const log = new Map<string, IncomingMessage['headers'][]>();
  const sockets = new Set<Socket>();
  let hangUp = (): void => {};
  const hungUp = new Promise<void>((done) => {
    hangUp = done;
  });
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    log.set(path, [...(log.get(path) ?? []), { ...request.headers, url: request.url ?? '' }]);
    response.on('close', () => !response.writableFinished && hangUp());
    const script = scripts.get(path) ?? [];
    const answer = script.length > 1 ? script.shift() : script[0];
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    answers: (path, ...answers) => {
      scripts.set(path, [...answers]);
      return origin + path;
    },
    asked: (path) => log.get(path) ?? [],
    hungUp,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A status and nothing else. */
export const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    void response.writeHead(code, headers).end('<html>something else</html>');

export interface Serving {
  readonly bytes?: Uint8Array;
  readonly tag?: string | null;
  /** Ends the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** As a good server does: ranges, If-Range, an entity tag. */
export const serving =
  ({ bytes = file, tag = '"one"', cutAfter, headers = {} }: Serving = {}): Answer =>
  (request, response) => {
    const wanted = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const condition = request.headers['if-range'];
    const holds = wanted !== null && (condition === undefined || condition === tag);
    const from = holds ? Number(wanted[1]) : 0;
    const to = holds && wanted[2] !== '' ? Math.min(bytes.length, Number(wanted[2]) + 1) : bytes.length;
    if (from >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    }
    response.writeHead(holds ? 206 : 200, {
      'content-length': String(to - from),
      ...(tag === null ? {} : { etag: tag }),
      ...(holds ? { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` } : {}),
      ...headers,
    });
    if (cutAfter === undefined) response.end(bytes.subarray(from, to));
    else response.write(bytes.subarray(from, from + cutAfter), () => response.destroy());
  };

export interface TestNet extends Net {
  /** Every pause between two tries, in milliseconds. */
  readonly waits: readonly number[];
  /** Whether half a minute passes as soon as somebody listens. */
  silence: 'none' | 'passes' | 'asleep once';
}

/** The real requests under a clock of its own; a pause takes no time. */
export function testNet(request: Net['request'] = (address, asked) => fetch(address, asked)): TestNet {
  let now = Date.UTC(2026, 0, 2, 3, 4, 5);
  const waits: number[] = [];
  const net: TestNet = {
    request,
    now: () => now,
    chance: () => 0.5,
    waits,
    silence: 'none',
    sleep: async (ms, over) => {
      if (ms !== SILENT_MS) {
        waits.push(ms);
        now += ms;
        return;
      }
      if (net.silence === 'none')
        await new Promise<void>((done) => over.addEventListener('abort', () => done()));
      else now += net.silence === 'passes' ? ms : 100 * ms;
      if (net.silence === 'asleep once') net.silence = 'none';
    },
  };
  return net;
}

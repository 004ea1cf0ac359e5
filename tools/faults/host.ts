// A host of static files that can be told to fail: it serves the built page, puts the prelude before the worker's script, and answers the
// worker that has come to the moment of a fault only when the machine has done its part. One cell at a time.
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fileFor, typeOf } from '../start/serve.ts';
import type { Fault, Moment, NetworkAnswer } from './list.ts';

const prelude = readFileSync(fileURLToPath(new URL('./prelude.mjs', import.meta.url)), 'utf8');
const BASE = '/some/path/';

export interface Cell {
  readonly fault: Fault | null;
  readonly moment: Moment;
  /** What is done from outside, at the moment. */
  readonly outside: () => Promise<void>;
}

export interface Host {
  readonly address: string;
  begin(cell: Cell): void;
  /** The fault is over. */
  heal(): void;
  /** Whether the moment has come. */
  readonly struck: boolean;
  /** Why the machine could not do its part of this cell; null: it could. */
  readonly failure: string | null;
  fail(answer: NetworkAnswer, requests: number): void;
  close(): void;
}

async function spoiled(how: NetworkAnswer, bytes: Buffer, response: ServerResponse): Promise<void> {
  const status = { '404': 404, '500': 500, '429': 429 } as const;
  if (how === 'offline') return void response.destroy();
  if (how === '404' || how === '500' || how === '429') {
    response.writeHead(status[how], how === '429' ? { 'retry-after': '1' } : {});
    return void response.end(`${how}\n`);
  }
  if (how === 'page-instead') {
    response.writeHead(200, { 'content-type': 'text/html' });
    return void response.end('<!doctype html><title>Log in</title>');
  }
  if (how === 'late') await setTimeout(3000);
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length });
  if (how === 'late') return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}

/** Serves `folder` at a free port. */
export async function openHost(folder: string): Promise<Host> {
  let cell: Cell | null = null;
  let struck = false;
  let healed = false;
  let failure: string | null = null;
  let network: { how: NetworkAnswer; left: number } | null = null;

  function workerPlan(): string {
    const fault = cell?.fault;
    const over = healed || !fault;
    const atStart = !over && (fault.fromStart || (struck && fault.lasts));
    const moment = over ? 'never' : atStart ? 'start' : struck ? 'never' : cell?.moment;
    return `self.faultPlan = ${JSON.stringify({ moment, act: fault?.act ?? '', base: BASE })};\n${prelude}`;
  }

  async function strike(response: ServerResponse): Promise<void> {
    const first = !struck && !healed && cell !== null;
    struck = true;
    try {
      if (first && cell) await cell.outside();
    } catch (error) {
      // The worker waits for an answer all the same.
      failure = String(error).split('\n')[0] ?? '';
    }
    response.end(first && cell?.fault?.act ? 'act' : 'nothing');
  }

  const server = createServer((request, response) => {
    const path = (request.url ?? '/').replace(/[?#].*$/, '');
    // No service worker: what it keeps would hide what this host does. Chromium is told as well, Firefox can't be.
    if (path === `${BASE}sw.js`) return void response.writeHead(404).end();
    if (path === `${BASE}fault-now`) return void strike(response);
    const file = fileFor(folder, BASE, path);
    let bytes: Buffer;
    try {
      bytes = readFileSync(file ?? '');
    } catch {
      response.writeHead(404);
      return void response.end('404\n');
    }
    if (network && network.left > 0 && /\/(model|presets|assets)\//.test(path) && !/\.css$/.test(path)) {
      network.left -= 1;
      return void spoiled(network.how, bytes, response);
    }
    if (/\/worker-[^/]*\.js$/.test(path)) bytes = Buffer.concat([Buffer.from(workerPlan()), bytes]);
    response.writeHead(200, {
      'content-type': typeOf(file ?? ''),
      'content-length': bytes.length,
      'cache-control': 'no-store',
    });
    response.end(bytes);
  });
  await new Promise<void>((listens) => server.listen(0, 'localhost', listens));
  const at = server.address();
  const port = typeof at === 'object' && at ? at.port : 0;
  return {
    address: `http://localhost:${port}${BASE}`,
    begin: (next) => {
      cell = next;
      struck = false;
      healed = false;
      failure = null;
      network = null;
    },
    heal: () => {
      healed = true;
      network = null;
    },
    get struck() {
      return struck;
    },
    get failure() {
      return failure;
    },
    fail: (how, requests) => {
      network = { how, left: requests };
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

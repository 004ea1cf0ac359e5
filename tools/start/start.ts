// `npm start`: builds the page when its sources changed and serves it until it is told to stop. It never opens a browser.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from '../commandLine.ts';
import { tool, usageError } from '../commandLine.ts';
import { serve } from './serve.ts';
import { buildIfStale } from './stale.ts';

export const command = {
  call: 'npm start --',
  about: 'Builds the page if its sources changed, serves it, and prints the address.',
  options: {
    port: { type: 'string', value: 'N', help: 'the port, or the next free one', default: '4173' },
    base: { type: 'string', value: '/SUB/PATH/', help: 'serve the page under this path', default: '/' },
    host: { type: 'string', value: 'NAME', help: 'the address to listen on', default: 'localhost' },
    isolate: {
      type: 'boolean',
      help: 'send the headers that isolate the page, so that ONNX Runtime may compute on several threads',
    },
    'no-build': { type: 'boolean', help: 'serve what was built before' },
  },
} as const satisfies Command;

/** Serves until the process is told to stop. Exit status 2 for a wrong argument. */
export const main = tool(command, async (values) => {
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_515)
    throw usageError(command, `--port: expected a number from 1 to 65515, got '${values.port}'.`);
  if (!/^\/(.*\/)?$/.test(values.base))
    throw usageError(
      command,
      `--base: expected a path that starts and ends with a slash, got '${values.base}'.`,
    );
  const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
  if (!values['no-build']) await buildIfStale(root);
  const { address, server } = await serve(resolve(root, 'dist'), {
    port,
    base: values.base,
    host: values.host,
    isolate: values.isolate ?? false,
  });
  process.stdout.write(`LoRA Playground: ${address}\n`);
  return new Promise<number>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        server.closeAllConnections();
        server.close(() => done(0));
      });
    }
  });
});

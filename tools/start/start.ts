// `npm start`: builds the page when its sources changed and serves it. `--port N` (default 4173, else the next free),
// `--base /some/where/` serves it under a sub-path, `--host` and `--no-build` as they say. It never opens a browser.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { serve } from './serve.ts';
import { isStale } from './stale.ts';

const inputs = ['src', 'public', 'index.html', 'package-lock.json', 'vite.config.ts', 'tsconfig.json'];

/** Serves until the process is told to stop. Exit status 2 for a wrong argument. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '4173' },
      base: { type: 'string', default: '/' },
      host: { type: 'string', default: 'localhost' },
      'no-build': { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_515 || !/^\/(.*\/)?$/.test(values.base)) {
    process.stderr.write('start: --port is a number from 1 to 65515, --base starts and ends with a slash.\n');
    return 2;
  }
  const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
  if (!values['no-build'] && isStale(root, inputs)) await build({ root, logLevel: 'warn' });
  const { address, server } = await serve(resolve(root, 'dist'), {
    port,
    base: values.base,
    host: values.host,
  });
  process.stdout.write(`LoRA Playground: ${address}\n`);
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        server.closeAllConnections();
        server.close(() => done(0));
      });
    }
  });
}

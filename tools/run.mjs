// Runs a TypeScript tool under Node 20: `node tools/run.mjs tools/cli/train.ts [arguments]`.
// Vite's module runner resolves `.ts` and `.wgsl?raw` exactly as in the page, so a tool runs the page's engine;
// packages stay outside and load through Node. It prints nothing on standard output and reads no vite.config.ts.
// A tool exports `main(args): number | void | Promise<…>` (the number is the exit status) or is a plain script.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, createServerModuleRunner } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const [tool, ...args] = process.argv.slice(2);
if (tool === undefined) {
  process.stderr.write('usage: node tools/run.mjs TOOL.ts [arguments]\n');
  process.exit(2);
}

const toStderr = (message) => process.stderr.write(`${message}\n`);
const logger = {
  hasWarned: false,
  info: () => {},
  warn: toStderr,
  warnOnce: toStderr,
  error: toStderr,
  clearScreen: () => {},
  hasErrorLogged: () => false,
};

// createServer sets NODE_ENV to development; a build started by a tool must not inherit that.
const { NODE_ENV } = process.env;
const server = await createServer({
  root,
  configFile: false,
  envDir: false,
  publicDir: false,
  appType: 'custom',
  customLogger: logger,
  // No port, no watcher, no socket: the server is only a module graph.
  server: { middlewareMode: true, hmr: false, ws: false, watch: null, preTransformRequests: false },
  optimizeDeps: { noDiscovery: true, include: [] },
  ssr: { external: true },
});
if (NODE_ENV === undefined) delete process.env.NODE_ENV;
else process.env.NODE_ENV = NODE_ENV;
const runner = createServerModuleRunner(server.environments.ssr, { hmr: false });

// The tool finds its own arguments where a script started by Node would: process.argv.slice(2).
const path = resolve(process.cwd(), tool);
process.argv.splice(1, process.argv.length - 1, path, ...args);

try {
  const loaded = await runner.import(path);
  if (typeof loaded.main === 'function') {
    const status = await loaded.main(args);
    // A native GPU device keeps the event loop alive, so the end of main() is the end of the process.
    process.exit(typeof status === 'number' ? status : (process.exitCode ?? 0));
  }
  // A script without main() may still import lazily, so the module graph stays until the event loop drains.
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}

// Python for the command line and the tests: the host in this thread, with pyodide out of node_modules.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPyodide } from 'pyodide';
import type { PythonHost } from '../../src/engine/python/host/host.ts';
import type { HostLimits } from '../../src/engine/python/host/openHost.ts';
import { openHost } from '../../src/engine/python/host/openHost.ts';

/** The host; opening takes some seconds. */
export function nodePython(limits?: HostLimits): Promise<PythonHost> {
  const folder = dirname(fileURLToPath(import.meta.resolve('pyodide/package.json')));
  return openHost((options) => loadPyodide(options), `${folder}/`, limits);
}

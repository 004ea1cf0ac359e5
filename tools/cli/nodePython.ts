// Python for the command line and the tests: a host in this thread, with pyodide out of node_modules, opened anew when a script broke it.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPyodide } from 'pyodide';
import type { PythonHost } from '../../src/engine/python/host/host.ts';
import type { HostLimits } from '../../src/engine/python/host/openHost.ts';
import { hostLimits, openHost } from '../../src/engine/python/host/openHost.ts';

/** Time of this process's own, asked of the system now and then: on a busy machine scripts would be ended that are not to blame. */
function ownMs(): () => number {
  let asked = 0;
  let ms = 0;
  return () => {
    if (asked++ % 64 !== 0) return ms;
    const { user, system } = process.cpuUsage();
    ms = (user + system) / 1000;
    return ms;
  };
}

const open = (limits: HostLimits): Promise<PythonHost> => {
  const folder = dirname(fileURLToPath(import.meta.resolve('pyodide/package.json')));
  return openHost((options) => loadPyodide(options), `${folder}/`, limits);
};

/** The host; opening takes some seconds. */
export async function nodePython(limits: HostLimits = { ...hostLimits, now: ownMs() }): Promise<PythonHost> {
  let host = await open(limits);
  const usable = async (): Promise<PythonHost> => {
    if (host.worn()) host = await open(limits);
    return host;
  };
  return {
    run: async (job, answer) => (await usable()).run(job, answer),
    edit: async (source, edits) => (await usable()).edit(source, edits),
    worn: () => false,
  };
}

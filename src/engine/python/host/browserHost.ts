// Python in a worker of the page: pyodide's files from the page's own origin, with progress, then a thread that can reach nothing. Leaves
// out who ends a worker that hangs (watchedWorker.ts).
import type { ReadOwnFile } from '../../ground/fetching/ownFiles.ts';
import type { FileProgress } from '../../ground/fetching/progress.ts';
import type { PythonHost } from './host.ts';
import type { HostLimits } from './openHost.ts';
import { hostLimits, openHost } from './openHost.ts';
import type { LoadPyodide } from './python.decode.ts';
import { loaderOf } from './python.decode.ts';

export interface LoadProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** What is fetched of pyodide 314.0.7, unpacked; a host's compression makes it half as much on the way. */
export const pyodideBytes = 13_531_207;

/** What gives a thread a way to the network, to storage, to other threads, or to code made of text. */
const doors = [
  'fetch',
  'XMLHttpRequest',
  'WebSocket',
  'WebSocketStream',
  'WebTransport',
  'EventSource',
  'RTCPeerConnection',
  'importScripts',
  'Worker',
  'SharedWorker',
  'BroadcastChannel',
  'MessageChannel',
  'indexedDB',
  'caches',
  'cookieStore',
  'eval',
  'Function',
  'FontFace',
  'Notification',
] as const;

/** Shut once pyodide is loaded. Should a script ever get out of Python, it is in a thread without doors. */
function shutDoors(scope: object): void {
  for (const name of doors) Object.defineProperty(scope, name, { value: undefined, configurable: false });
  // The constructors of functions make code of text too.
  for (const one of [() => {}, async () => {}, function* () {}, async function* () {}])
    Object.defineProperty(Object.getPrototypeOf(one), 'constructor', { value: undefined });
}

/** Its files as the page has them, asked for all at once. The browser imports the two scripts by their address once more, by itself: what is
 * held to a digest here says that they are there and whole, not that what it then runs is the same. */
const names = [
  'pyodide.mjs',
  'pyodide.asm.mjs',
  'pyodide.asm.wasm',
  'python_stdlib.zip',
  'pyodide-lock.json',
] as const;

type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Fetches all of it, held to the digests that the page knows; the scripts too, though what runs of them is what the browser imports. */
async function fetchAll(read: ReadOwnFile, progress: (told: LoadProgress) => void): Promise<Files> {
  const done = new Map<string, number>();
  const onProgress = (told: FileProgress): void => {
    done.set(told.file, told.done);
    const loadedBytes = [...done.values()].reduce((sum, bytes) => sum + bytes, 0);
    progress({ loadedBytes, totalBytes: Math.max(pyodideBytes, loadedBytes) });
  };
  const files = names.map(async (name) => [name, await read(`pyodide/${name}`, { onProgress })] as const);
  return new Map(await Promise.all(files));
}

/** What pyodide asks for is here already; for anything else there is no network. */
const serving =
  (files: Files): typeof fetch =>
  async (asked) => {
    const address = asked instanceof Request ? asked.url : String(asked);
    const name = new URL(address).pathname.split('/').at(-1) ?? '';
    const bytes = files.get(name);
    if (bytes === undefined) return new Response(null, { status: 404 });
    const type = name.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream';
    return new Response(bytes, { headers: { 'content-type': type } });
  };

/** `folder`: address of pyodide's files, with a slash at its end. The calling thread gives up its doors. */
export async function browserHost(
  folder: string,
  read: ReadOwnFile,
  progress: (told: LoadProgress) => void,
  limits: HostLimits = hostLimits,
): Promise<PythonHost> {
  const files = await fetchAll(read, progress);
  const fetching = globalThis.fetch;
  globalThis.fetch = serving(files);
  try {
    // Not part of the bundle: its own files load one another from this folder. The browser fetches both scripts, past what was checked, as it
    // does the page's own.
    const module: unknown = await import(/* @vite-ignore */ `${folder}pyodide.mjs`);
    const load: LoadPyodide = loaderOf(module);
    return await openHost(load, folder, limits);
  } finally {
    globalThis.fetch = fetching;
    shutDoors(globalThis);
  }
}

// Python in a worker of the page: pyodide's files from the page's own origin, with progress, then a thread that can reach nothing. Leaves
// out who ends a worker that hangs (watchedWorker.ts).
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
export const pyodideBytes = 12_262_932;

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

/** fetch, telling of each piece that arrives. */
function counting(fetching: typeof fetch, progress: (told: LoadProgress) => void): typeof fetch {
  let loadedBytes = 0;
  return async (...asked) => {
    const { body, headers, status, statusText } = await fetching(...asked);
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform: (piece, out) => {
        loadedBytes += piece.length;
        progress({ loadedBytes, totalBytes: Math.max(pyodideBytes, loadedBytes) });
        out.enqueue(piece);
      },
    });
    return new Response(body?.pipeThrough(counter) ?? null, { headers, status, statusText });
  };
}

/** `folder`: address of pyodide's files, with a slash at its end. The calling thread gives up its doors. */
export async function browserHost(
  folder: string,
  progress: (told: LoadProgress) => void,
  limits: HostLimits = hostLimits,
): Promise<PythonHost> {
  const fetching = globalThis.fetch;
  globalThis.fetch = counting(fetching, progress);
  try {
    // Not part of the bundle: its own files load one another from this folder.
    const module: unknown = await import(/* @vite-ignore */ `${folder}pyodide.mjs`);
    const load: LoadPyodide = loaderOf(module);
    return await openHost(load, folder, limits);
  } finally {
    globalThis.fetch = fetching;
    shutDoors(globalThis);
  }
}

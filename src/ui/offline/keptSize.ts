// How much of the page itself lies in the browser's cache, and the letting go of it. The service worker puts it there (keptPage.ts).
import { cacheFamily } from './cacheFamily.ts';

export interface KeptSize {
  /** Without ONNX Runtime. */
  readonly bytes: number;
  /** Of ONNX Runtime: fetched when it was wanted, and of no use to most visits. */
  readonly runtimeBytes: number;
  /** Whether it answers without a network. */
  readonly answers: boolean;
  /** Whether CPython is among it. */
  readonly python: boolean;
}

/** Its programs, and the scripts that the build makes of its package. */
const isRuntime = (address: string): boolean => /\/onnxruntime\/[^/]+$|\/assets\/ort\.[^/]+$/.test(address);

/** `folder`: address of the page's folder. null where nothing of the page is kept. */
export async function keptSize(folder: string): Promise<KeptSize | null> {
  if (!('caches' in globalThis)) return null;
  let bytes = 0;
  let runtimeBytes = 0;
  let python = false;
  for (const name of await caches.keys()) {
    if (!name.startsWith(cacheFamily(folder))) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      const size = Number(answer?.headers.get('content-length') ?? 0);
      if (isRuntime(request.url)) runtimeBytes += size;
      else bytes += size;
      python ||= request.url.endsWith('/pyodide.asm.wasm');
    }
  }
  const worker = await navigator.serviceWorker?.getRegistration(folder);
  return bytes + runtimeBytes === 0
    ? null
    : { bytes, runtimeBytes, answers: Boolean(worker?.active), python };
}

/** Until it is wanted again. */
export async function forgetRuntime(folder: string): Promise<void> {
  for (const name of await caches.keys()) {
    if (!name.startsWith(cacheFamily(folder))) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) if (isRuntime(request.url)) await cache.delete(request);
  }
}

/** Until the next visit with a network. */
export async function forgetPage(folder: string): Promise<void> {
  await (await navigator.serviceWorker?.getRegistration(folder))?.unregister();
  for (const name of await caches.keys()) if (name.startsWith(cacheFamily(folder))) await caches.delete(name);
}

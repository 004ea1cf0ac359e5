// What is counted of the browser's cache as the page, and what as ONNX Runtime, which is let go of by itself.
import { afterEach, expect, it, vi } from 'vitest';
import { cacheFamily } from './cacheFamily.ts';
import { forgetRuntime, keptSize } from './keptSize.ts';

const folder = 'https://host.test/some/path/';

/** Caches of these files, each so many bytes long. */
function keep(kept: Record<string, Record<string, number>>): void {
  const held = new Map(
    Object.entries(kept).map(([name, files]) => [
      name,
      new Map(Object.entries(files).map(([path, bytes]) => [folder + path, bytes])),
    ]),
  );
  const open = async (name: string) => {
    const files = held.get(name) ?? new Map<string, number>();
    return {
      keys: async () => [...files.keys()].map((url) => ({ url })),
      match: async ({ url }: { readonly url: string }) =>
        new Response(null, { headers: { 'content-length': String(files.get(url)) } }),
      delete: async ({ url }: { readonly url: string }) => files.delete(url),
    };
  };
  vi.stubGlobal('caches', { open, keys: async () => [...held.keys()] });
  vi.stubGlobal('navigator', {});
}

afterEach(() => vi.unstubAllGlobals());

it('counts ONNX Runtime by itself, and lets go of it alone', async () => {
  keep({
    [`${cacheFamily(folder)}1`]: {
      'index.html': 1,
      'assets/index-a.js': 10,
      'assets/ort.wasm.bundle.min-a.js': 100,
      'onnxruntime/ort-wasm-simd-threaded.wasm': 1000,
    },
    [`${cacheFamily(folder)}2`]: { 'onnxruntime/ort-wasm-simd-threaded.asyncify.wasm': 10_000 },
    'another page': { 'onnxruntime/ort-wasm-simd-threaded.wasm': 1 },
  });
  expect(await keptSize(folder)).toEqual({ bytes: 11, runtimeBytes: 11_100, answers: false, python: false });
  await forgetRuntime(folder);
  expect(await keptSize(folder)).toEqual({ bytes: 11, runtimeBytes: 0, answers: false, python: false });
  expect(await caches.open('another page').then((cache) => cache.keys())).toHaveLength(1);
});

it('counts nothing where nothing is kept', async () => {
  keep({ 'another page': { 'index.html': 1 } });
  expect(await keptSize(folder)).toBe(null);
});

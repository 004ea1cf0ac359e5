// `npm run bench -- --browser`: builds page.ts, opens it in Chromium on a software WebGPU adapter, and brings its figures back.
// Everything is served from this machine.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { BrowserResult, Shape } from './page.ts';
import { withSoftwarePage } from './softwarePage.ts';

const here = fileURLToPath(new URL('./', import.meta.url));
const root = resolve(here, '../../..');
const folder = resolve(root, 'node_modules/.cache/bench-browser');

const shapes: readonly Shape[] = [
  { name: 'o', n: 128, k: 576, m: 576 },
  { name: 'gate,up', n: 128, k: 576, m: 3072 },
  { name: 'down', n: 128, k: 1536, m: 576 },
];

/** Chromium with the software adapter, our product and onnxruntime-web's in one page. */
export async function compareInBrowser(): Promise<BrowserResult> {
  await build({
    root: here,
    configFile: false,
    logLevel: 'error',
    base: './',
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'esnext',
      rolldownOptions: { input: resolve(here, 'page.html') },
    },
  });
  mkdirSync(`${folder}/ort`, { recursive: true });
  const ort = resolve(root, 'node_modules/onnxruntime-web/dist');
  for (const name of readdirSync(ort))
    if (/^ort-wasm.*\.(wasm|mjs)$/.test(name)) copyFileSync(`${ort}/${name}`, `${folder}/ort/${name}`);
  return withSoftwarePage({ folder, port: 4293, patienceMs: 600_000 }, async (page) => {
    await page.waitForFunction(() => 'measure' in window);
    return page.evaluate((list) => window.measure(list), shapes);
  });
}

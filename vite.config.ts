// Build of the page (any sub-path of any static host) and the two test projects: node (pure) and gpu (WebGPU through Dawn).
// No test has a time limit: a busy machine would reach it. The check ends a runner that makes no progress (tools/check/parts.ts).
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { offlinePage } from './tools/build/offlinePage.ts';
import { servedPackage, servedPaths, unbundledFiles } from './tools/build/servedPackage.ts';

// No code but the page's own files: no inline script, no eval. Only in the build, because the dev
// server injects its client inline. The hash is the one style that react-aria-components 1.22.1 injects (touch-action of
// what can be pressed); e2e fails when another is blocked.
const policy = [
  "default-src 'self'",
  // CPython and ONNX Runtime are WebAssembly; text is never made into code.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='",
  "img-src 'self' data: blob:",
  // A model comes from the hub that a person names, whichever that is; nothing is asked before they press a button (docs/security.md).
  "connect-src 'self' https: http://localhost:* http://127.0.0.1:*",
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: (html) =>
    html.replace('<head>', `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`),
};

const sourceOf = (file: string): string => dirname(createRequire(import.meta.url).resolve(file));

// Python's own files: fetched only when a script is read.
const pyodide = {
  folder: 'pyodide',
  source: sourceOf('pyodide/package.json'),
  files: ['pyodide.mjs', 'pyodide.asm.mjs', 'pyodide.asm.wasm', 'python_stdlib.zip', 'pyodide-lock.json'],
};

// ONNX Runtime's leanest WebAssembly, without WebGPU: fetched only when something is to run on it. Its script is a part of the build. The other has its
// own WebGPU, in the form that every browser with WebGPU runs (the smaller one wants JSPI).
const onnxruntime = {
  folder: 'onnxruntime',
  source: sourceOf('onnxruntime-web/wasm'),
  files: ['ort-wasm-simd-threaded.wasm', 'ort-wasm-simd-threaded.asyncify.wasm'],
};

const publicFolder = join(import.meta.dirname, 'public');

/** Of the embedded models, one a language: `model`, `model-zh`. */
const modelFolders = (): string[] => readdirSync(publicFolder).filter((name) => /^model(-\w+)?$/.test(name));

/** Every file that the page fetches by itself: its path beside the page, and where it comes from. */
const fetchedFiles = (): readonly (readonly [string, string])[] => [
  ...modelFolders()
    .concat('presets')
    .flatMap((folder) =>
      readdirSync(join(publicFolder, folder))
        .filter((name) => !name.endsWith('.md'))
        .sort()
        .map((name) => [`${folder}/${name}`, join(publicFolder, folder, name)] as const),
    ),
  ...servedPaths(pyodide),
  ...servedPaths(onnxruntime),
];

// Sizes and digests of what the page fetches, in its own script: no file of another version is taken for one of these.
const pageFiles: Plugin = {
  name: 'page-files',
  resolveId: (id) => (id === 'virtual:page-files' ? `\0${id}` : null),
  load(id) {
    if (id !== '\0virtual:page-files') return null;
    const table = fetchedFiles().map(([path, source]) => {
      this.addWatchFile(source);
      const bytes = readFileSync(source);
      return [path, [bytes.length, createHash('sha256').update(bytes).digest('hex')]] as const;
    });
    return `export const pageFiles = ${JSON.stringify(Object.fromEntries(table))};`;
  },
};

const unlimited = {
  testTimeout: 0,
  hookTimeout: 0,
  setupFiles: ['tools/check/tellTests.ts', 'tools/check/sameArrays.ts'],
};

export default defineConfig({
  base: './',
  plugins: [
    react(),
    contentSecurityPolicy,
    servedPackage(pyodide),
    servedPackage(onnxruntime),
    unbundledFiles('onnxruntime-web'),
    pageFiles,
    offlinePage(join(import.meta.dirname, 'src/ui/offline/serviceWorker.ts')),
  ],
  worker: { format: 'es', plugins: () => [unbundledFiles('onnxruntime-web'), pageFiles] },
  build: {
    target: 'es2023',
    sourcemap: false,
    // An error that a bundle never throws is left out of it, with its words in both languages.
    rolldownOptions: {
      treeshake: { manualPureFunctions: ['defineError'] },
      output: { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } },
    },
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...unlimited,
          name: 'node',
          // Vitest leaves a core to itself, which has next to nothing to do.
          maxWorkers: '100%',
          // Modules are loaded once a worker, not once a file: a test that mocks one loads it anew (inspect/work.test.ts).
          isolate: false,
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'tools/**/*.test.ts'],
          exclude: ['**/*.gpu.test.ts', 'node_modules/**'],
        },
      },
      {
        extends: true,
        // A process for each core, each with one device and one cache of compiled kernels for all its files: a software device
        // compiles a kernel on one core when it first runs.
        test: {
          ...unlimited,
          name: 'gpu',
          include: ['src/**/*.gpu.test.ts'],
          maxWorkers: '100%',
          isolate: false,
        },
      },
    ],
  },
});

// The list of what was built: every file that a page asks for, by its digest; what nobody asks for is left out, what few visits need waits.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtFiles } from './offlinePage.ts';

test('files at once, files later, and a version that follows any byte', () => {
  const folder = mkdtempSync(join(tmpdir(), 'built-'));
  for (const name of ['assets', 'model', 'model-zh', 'onnxruntime', 'pyodide']) mkdirSync(join(folder, name));
  for (const path of [
    'index.html',
    'assets/a.js',
    'assets/ort.wasm-x.js',
    'onnxruntime/o.wasm',
    'model/m.safetensors',
    'model/README.md',
    'model-zh/m.safetensors',
    'pyodide/p.wasm',
    'sw.js',
  ])
    writeFileSync(join(folder, path), path);
  const first = builtFiles(folder);
  expect(Object.keys(first.now)).toEqual(['assets/a.js', 'index.html', 'model/m.safetensors']);
  expect(Object.keys(first.later)).toEqual([
    'assets/ort.wasm-x.js',
    'model-zh/m.safetensors',
    'onnxruntime/o.wasm',
    'pyodide/p.wasm',
  ]);
  writeFileSync(join(folder, 'sw.js'), 'another');
  expect(builtFiles(folder)).toEqual(first);
  writeFileSync(join(folder, 'assets', 'a.js'), 'another');
  expect(builtFiles(folder).version).not.toBe(first.version);
  rmSync(folder, { recursive: true });
});

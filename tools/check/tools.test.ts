// The kept tools under this project's own configuration, over a planted project: Biome finds the cycle, knip what nothing
// or only a test needs, size-limit a page that grew. What they find in the project itself is the check's.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Finished } from './process.ts';
import { run } from './process.ts';
import { readSizeLimit } from './reports.ts';

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const planted: string[] = [];
afterAll(() => {
  for (const folder of planted) rmSync(folder, { recursive: true });
});

function plant(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'planted-'));
  planted.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** A program of the project with its working folder in the planted one. It may be slow; silence for twenty minutes is a hang. */
const tool = (name: string, args: readonly string[], cwd: string): Promise<Finished> =>
  run(join(root, 'node_modules', '.bin', name), args, { cwd, quietMs: 1_200_000 });

const biome = async (files: Readonly<Record<string, string>>): Promise<string> => {
  const settings: unknown = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  const own = { ...(settings as object), $schema: undefined, vcs: undefined };
  const folder = plant({ ...files, 'biome.json': JSON.stringify(own) });
  return (await tool('biome', ['lint', '--only=suspicious/noImportCycles'], folder)).output;
};

test('Biome finds cycles of types, of dynamic imports and of re-exports, and no other', async () => {
  const back = { 'src/b.ts': "import type { A } from './a.ts';\nexport type B = A;\n" };
  const cycle = /This import is part of a cycle/;
  for (const there of [
    "import type { B } from './b.ts';\nexport type A = B | 1;\n",
    "export type A = 1;\nexport const b = () => import('./b.ts');\n",
    "export type A = 1;\nexport * from './b.ts';\n",
  ])
    expect(await biome({ ...back, 'src/a.ts': there })).toMatch(cycle);
  expect(
    await biome({ ...back, 'src/a.ts': "export type A = 1;\nnew URL('./b.ts', import.meta.url);\n" }),
  ).not.toMatch(cycle);
});

const project = {
  'package.json': JSON.stringify({
    name: 'planted',
    type: 'module',
    scripts: { build: 'vite build' },
    devDependencies: { vite: '8.0.0', vitest: '4.0.0', 'left-pad': '1.0.0' },
  }),
  'vite.config.ts': "import { defineConfig } from 'vitest/config';\nexport default defineConfig({});\n",
  'index.html': '<script type="module" src="/src/ui/main.tsx"></script>',
  'src/ui/main.tsx':
    "import './page.css';\nimport { used } from '../engine/a.ts';\nimport k from '../shaders/k.wgsl?raw';\nused(k);\nnew Worker(new URL('../engine/worker.ts', import.meta.url));\n",
  'src/ui/page.css': '',
  'src/ui/dead.css': '',
  'src/shaders/k.wgsl': '',
  'src/shaders/dead.wgsl': '',
  'src/engine/worker.ts': 'export {};\n',
  'src/engine/dead.ts': 'export {};\n',
  'src/engine/a.ts':
    'export function used(text: string): void {\n  console.log(text);\n}\nexport const onlyTested = 1;\nexport const nobodys = 2;\n',
  'src/engine/a.test.ts':
    "import { expect, test } from 'vitest';\nimport { onlyTested } from './a.ts';\ntest('a', () => expect(onlyTested).toBe(1));\n",
};

test('knip finds dead files of every kind, exports and packages; in production what only tests use', async () => {
  const folder = plant(project);
  const config = join(root, 'tools/check/knip.config.ts');
  const all = await tool('knip', ['--config', config, '--no-progress'], folder);
  for (const dead of [
    'src/engine/dead.ts',
    'src/shaders/dead.wgsl',
    'src/ui/dead.css',
    'nobodys',
    'left-pad',
  ])
    expect(all.output).toContain(dead);
  for (const needed of ['worker.ts', 'k.wgsl', 'page.css', 'onlyTested', 'a.test.ts'])
    expect(all.output).not.toContain(needed);
  const args = ['--config', config, '--no-progress', '--production', '--include', 'files,exports'];
  const product = await tool('knip', args, folder);
  expect(product.output).toContain('onlyTested');
  expect(product.output).not.toMatch(/\bused\b|worker\.ts|k\.wgsl/);
});

test('what size-limit wrote is a violation over the limit, and a note', () => {
  const report = (passed: boolean) =>
    JSON.stringify([{ name: 'first load', passed, size: 290_100, sizeLimit: 280_000 }]);
  expect(readSizeLimit(report(true))).toMatchObject({ failed: 0, notes: ['first load 290 kB compressed'] });
  expect(readSizeLimit(report(false))?.failures[0]).toContain('290100 B compressed, the limit is 280000 B');
  expect(readSizeLimit('{"error": "no file"}')).toBeUndefined();
  expect(readSizeLimit('Error: no config')).toBeUndefined();
});

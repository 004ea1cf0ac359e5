// Workflows that would fail on the first push are found here; those of the project are sound.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readManifest } from './documents.ts';
import { listFiles, readFiles } from './sources.ts';
import { checkWorkflows } from './workflows.ts';

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const manifest = readManifest(JSON.stringify({ scripts: { build: 'vite build', test: 'x' } }));
const head = 'name: a\non:\n  push:\npermissions:\n  contents: read\n';
const found = (steps: string, before = head): string => {
  const text = `${before}jobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
  const file = { path: '.github/workflows/a.yml', text };
  return checkWorkflows([file], manifest, new Set(['.ci/run', '.ci']))
    .map((v) => v.message)
    .join('\n');
};

test('scripts and files that exist, actions at a full version', () => {
  expect(found('      - uses: actions/checkout@v4.2.2\n      - run: .ci/run\n')).toBe('');
  expect(
    found('      - run: |\n          npm ci\n          npm run build -- --base /x/\n          npm test\n'),
  ).toBe('');
});

test.each([
  ['      - run: npm run publish\n', "no script 'publish'"],
  ['      - run: npm start\n', "no script 'start'"],
  ['      - run: ./.ci/go\n', './.ci/go, which is no file'],
  ['      - uses: actions/checkout@v4\n', 'Pin a full version'],
  ['      - uses: actions/checkout@main\n', 'Pin a full version'],
  ['      - id: idle\n', 'does nothing'],
  ['      - rnu: npm ci\n', 'rnu'],
])('%s is found', (steps, message) => {
  expect(found(steps)).toContain(message);
});

test('what is no workflow is found', () => {
  expect(found('      - run: npm ci\n', 'name: a\non:\n  push:\n')).toContain('permissions');
  expect(found('\t- run: npm ci\n')).toContain('is not YAML');
});

test('the project has one that checks and one that publishes', () => {
  const paths = listFiles(root);
  const files = readFiles(root, paths, /^\.github\/workflows\/.*\.ya?ml$/);
  const own = readManifest(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(files.map(({ path }) => path)).toEqual([
    '.github/workflows/check.yml',
    '.github/workflows/pages.yml',
  ]);
  expect(checkWorkflows(files, own, new Set(paths))).toEqual([]);
  expect(files[0]?.text).toContain('run: .ci/run');
  expect(files[1]?.text).toContain('path: dist');
});

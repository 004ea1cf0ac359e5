// Every rule on imports is shown a file that breaks it and a file that does not.
import { expect, test } from 'vitest';
import { checkLayers, rules } from './layers.ts';
import { parseModule } from './sources.ts';

const broken = (path: string, text: string): string[] =>
  checkLayers([parseModule({ path, text })]).map((v) => v.message);

test.each([
  ['src/shaders/a/a.ts', "import { t } from '../../engine/torch/autograd/tape.ts';", 'Shaders know bytes'],
  ['src/shaders/a/a.ts', "import { z } from 'zod';", 'Shaders bring no package along'],
  ['src/engine/a.ts', "import { s } from '../ui/store.ts';", 'The engine knows tensors'],
  ['src/engine/a.ts', "import type { FC } from 'react';", 'React and page state'],
  ['src/engine/a.ts', "const p = await import('left-pad');", 'A package in the engine needs its reason'],
  ['src/engine/a.ts', "import { readFileSync } from 'node:fs';", 'A package in the engine needs its reason'],
  [
    'src/ui/a.tsx',
    "import { Tape } from '../engine/torch/autograd/tape.ts';",
    'The page enters the engine by two doors',
  ],
  ['src/ui/a.tsx', "new Worker(new URL('../engine/worker.ts', import.meta.url));", 'two doors'],
  ['src/ui/a.tsx', "export { k } from '../shaders/kernel.ts';", 'WebGPU stays below the engine'],
  ['src/engine/ops/a.ts', "import s from '../../shaders/a/a.wgsl?raw';", 'WGSL text lives with its kernel'],
  [
    'src/engine/a.ts',
    "import { f } from '../../tools/bench/bench.ts';",
    'The product never depends on its tools',
  ],
  [
    'src/engine/a.ts',
    "import { gpu } from '../shaders/testing/gpu.ts';",
    'Code made for tests stays in tests',
  ],
  ['src/ui/a.tsx', "import { x } from './parts/index.ts';", 'No barrels'],
  ['src/ui/a.tsx', "import { x } from './parts/button';", 'Relative imports carry their extension'],
])('%s with %s', (path, text, sentence) => {
  expect(broken(path, text).join('\n')).toContain(sentence);
});

test.each([
  ['src/shaders/a/a.ts', "import source from './a.wgsl?raw'; import { defineKernel } from '../kernel.ts';"],
  ['src/shaders/a/a.gpu.test.ts', "import { test } from 'vitest'; import { gpu } from '../testing/gpu.ts';"],
  ['src/shaders/testing/gpu.ts', "const dawn = await import('webgpu');"],
  [
    'src/engine/a.ts',
    "import { Template } from '@huggingface/jinja'; import { k } from '../shaders/kernel.ts';",
  ],
  ['src/engine/client.ts', "new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });"],
  [
    'src/ui/a.tsx',
    "import { useStore } from 'zustand'; import type { Event } from '../engine/protocol.ts'; import './a.css';",
  ],
  ['tools/cli/train.ts', "import { Tape } from '../../src/engine/torch/autograd/tape.ts';"],
])('%s may say %s', (path, text) => {
  expect(broken(path, text)).toEqual([]);
});

test('a violation names the file, the line, the import and the reason', () => {
  const [found] = checkLayers([parseModule({ path: 'src/engine/a.ts', text: "\n\nimport '../ui/a.ts';\n" })]);
  expect(found).toMatchObject({ file: 'src/engine/a.ts', line: 3 });
  expect(found?.message).toMatch(/^imports '\.\.\/ui\/a\.ts'\. The engine knows/);
});

test('no sentence is given twice', () => {
  expect(new Set(rules.map((rule) => rule.sentence)).size).toBe(rules.length);
});

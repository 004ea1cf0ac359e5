// Every word that a layer must not say, said; and look-alikes that are allowed.
import { expect, test } from 'vitest';
import { parseModule } from './sources.ts';
import { checkCasts, checkVocabulary } from './vocabulary.ts';
import { waivers } from './waivers.ts';

const said = (path: string, text: string): string[] =>
  checkVocabulary([parseModule({ path, text })]).map((v) => v.message);
const cast = (path: string, text: string, waived = false): string[] => {
  const waivers = waived ? [{ check: 'cast' as const, file: path, reason: 'a test' }] : [];
  return checkCasts([parseModule({ path, text })], waivers).map((v) => v.message);
};

test.each([
  ['src/engine/a.ts', 'const s = `@compute @workgroup_size(64) fn f() {}`;', 'WGSL text'],
  ['src/ui/a.tsx', "const s = 'var<storage, read> x: array<f32>;';", 'WGSL text'],
  ['src/ui/a.tsx', 'const has = navigator.gpu !== undefined;', 'WebGPU objects'],
  ['src/ui/a.tsx', 'let d: GPUDevice | undefined;', 'WebGPU objects'],
  ['src/shaders/a.ts', 'const d = await adapter.requestDevice();', 'never request one'],
  ['src/engine/a.ts', 'const r = Math.random();', 'Randomness'],
  ['src/engine/session/a.ts', 'self.postMessage(1);', 'postMessage'],
  ['src/ui/a.ts', "const answer = await fetch('x.json');", 'one way to fetch'],
  ['tools/cli/a.ts', 'const request = new XMLHttpRequest();', 'one way to fetch'],
  ['src/engine/a.ts', "const answer = await self.fetch('x.json');", 'one way to fetch'],
  ['src/engine/a.ts', "const answer = await globalThis.fetch('x.json');", 'one way to fetch'],
  ['src/ui/a.ts', "const answer = await window.fetch('x.json');", 'one way to fetch'],
  ['src/ui/a.ts', "const answer = await window['fetch']('x.json');", 'one way to fetch'],
  ['src/ui/a.ts', "navigator.sendBeacon('x', text);", 'one way to fetch'],
  ['src/ui/a.ts', "const socket = new WebSocket('wss://x');", 'one way to fetch'],
  ['src/ui/a.ts', "const source = new EventSource('x');", 'one way to fetch'],
  ['src/ui/a.ts', "const source = new self.EventSource('x');", 'one way to fetch'],
  ['src/engine/a.ts', "throw new Error('internal: x');", 'A bare Error'],
  ['src/ui/a.tsx', "const failed = new Error('x');", 'A bare Error'],
])('%s must not say %s', (path, text, sentence) => {
  expect(said(path, text).join('\n')).toContain(sentence);
});

test.each([
  ['src/engine/a.test.ts', 'const r = Math.random();'],
  ['src/engine/device/a.ts', 'const d = await adapter.requestDevice();'],
  ['src/shaders/testing/gpu.ts', 'const d = await adapter.requestDevice();'],
  ['src/engine/worker.ts', 'self.postMessage(1);'],
  ['src/ui/tabChannel.ts', 'channel.postMessage(1);'],
  ['src/engine/ground/fetching/net.ts', 'const answer = fetch(address);'],
  ['tools/start/serve.test.ts', 'const answer = await fetch(address);'],
  ['src/ui/a.tsx', "document.title = 'x';"],
  ['src/engine/a.ts', 'const rows = await files.fetch(name);'],
  ['src/shaders/invariant.ts', "throw new Error('internal: x');"],
  ['src/engine/testing/a.ts', "throw new Error('no golden values');"],
])('%s may say %s', (path, text) => {
  expect(said(path, text)).toEqual([]);
});

test('assertions are refused outside decoders and tests', () => {
  expect(cast('src/engine/a.ts', 'const x = y as string;')).toHaveLength(1);
  expect(cast('src/engine/a.ts', 'const x = y as unknown as string;')).toHaveLength(2);
  expect(cast('src/engine/a.ts', "const x = ['a'] as const; import { y as z } from './b.ts';")).toEqual([]);
  expect(cast('src/engine/a.ts', 'const x = y satisfies string;')).toEqual([]);
  expect(cast('src/engine/decode.ts', 'const x = y as string;')).toEqual([]);
  expect(cast('src/engine/a.test.ts', 'const x = y as string;')).toEqual([]);
});

test('comments that silence the compiler are refused even in tests', () => {
  // A sample that the check must refuse; nothing is silenced here.
  expect(cast('src/engine/a.test.ts', '// @ts-expect-error no\nconst x = 1;')[0]).toContain(
    '@ts-expect-error',
  );
});

test('a waiver silences its file and must be needed', () => {
  expect(cast('src/engine/a.ts', 'const x = y as string;', true)).toEqual([]);
  expect(cast('src/engine/a.ts', 'const x = y;', true)[0]).toContain('does not need');
});

test('a waiver stands once', () => {
  const named = waivers.map(({ check, file }) => `${check} ${file}`);
  expect(named).toEqual([...new Set(named)]);
});

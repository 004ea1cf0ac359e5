// A complete kernel room passes; each part taken away is missed by name.
import { expect, test } from 'vitest';
import { checkRooms, entryPointsOf } from './rooms.ts';

const wgsl = '// y = x\n@compute @workgroup_size(64)\nfn add(@builtin(global_invocation_id) id: vec3u) {}\n';
const room: Readonly<Record<string, string>> = {
  'src/shaders/add/add.wgsl': wgsl,
  'src/shaders/add/add.ts': '',
  'src/shaders/add/add.ref.ts': '',
  'src/shaders/add/add.test.ts': '',
  'src/shaders/add/add.gpu.test.ts': '',
};
const found = (texts: Readonly<Record<string, string>>) =>
  checkRooms(Object.entries(texts).map(([path, text]) => ({ path, text }))).map((v) => v.message);
const without = (path: string) => Object.fromEntries(Object.entries(room).filter(([name]) => name !== path));

test('entry points are read past comments', () => {
  expect(entryPointsOf(`// @compute fn no()\n${wgsl}fn helper() {}`).map((e) => e.name)).toEqual(['add']);
});

test('a complete room passes, and so does a snippet without an entry point', () => {
  expect(found(room)).toEqual([]);
  expect(
    found({ 'src/shaders/quant/nf4.wgsl': 'fn decode() {}', 'src/shaders/lib/step.wgsl': wgsl }),
  ).toEqual([]);
});

test.each([
  ['src/shaders/add/add.ref.ts', 'a reference'],
  ['src/shaders/add/add.test.ts', 'a test of the reference'],
  ['src/shaders/add/add.gpu.test.ts', 'a test of the WGSL'],
])('without %s the room lacks %s', (path, part) => {
  expect(found(without(path)).join()).toContain(part);
});

test('one stem names file and entry point', () => {
  expect(found({ ...room, 'src/shaders/add/add.wgsl': wgsl.replace('fn add', 'fn main') }).join()).toContain(
    'must be add',
  );
  expect(found({ 'src/shaders/add/addFast.wgsl': 'fn f() {}' }).join()).toContain('not snake_case');
});

test('a registry names every room', () => {
  const listed = (text: string) => found({ ...room, 'src/shaders/registry.ts': text });
  expect(listed("import { add } from './add/add.ts';")).toEqual([]);
  expect(listed('export const kernels = [];').join()).toContain("from './add/");
});

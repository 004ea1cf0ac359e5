// Planted folders: a circle whose files form none, an arrow up, a folder that is no room; and what may be.
import { expect, test } from 'vitest';
import { findCircles } from './circles.ts';
import { checkEngineRooms, checkFolders, engineRooms, judgeFolders } from './folders.ts';
import { parseModule } from './sources.ts';

const graph = (edges: Record<string, string[]>): ReadonlyMap<string, string[]> =>
  new Map(Object.entries(edges));

const plant = (texts: Record<string, string>) =>
  Object.entries(texts).map(([path, text]) => parseModule({ path, text }));

const roomsSay = (texts: Record<string, string>): string[] =>
  checkEngineRooms(plant(texts)).map((v) => `${v.file}:${v.line ?? ''} ${v.message}`);

test('circles of any length are found once, with all their nodes', () => {
  expect(findCircles(graph({ a: ['b'], b: ['c'], c: [] }))).toEqual([]);
  expect(findCircles(graph({ a: ['a'] }))).toEqual([['a']]);
  expect(findCircles(graph({ a: ['b'], b: ['c'], c: ['a', 'd'], d: [] }))).toEqual([['a', 'b', 'c']]);
  // Two circles that share a node are one group; two that do not are two.
  expect(findCircles(graph({ a: ['b', 'c'], b: ['a'], c: ['a'] }))).toEqual([['a', 'b', 'c']]);
  expect(findCircles(graph({ a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] }))).toHaveLength(2);
  // A diamond is no circle.
  expect(findCircles(graph({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([]);
});

// a/one → b/two and b/three → a/four: no circle of files.
const knot = {
  'src/ui/a/one.ts': "import { two } from '../b/two.ts';",
  'src/ui/a/four.ts': '',
  'src/ui/b/two.ts': '',
  'src/ui/b/three.ts': "import type { Four } from '../a/four.ts';",
};

test('two folders whose files form no circle still do, with an import each way as evidence', () => {
  const found = checkFolders(plant(knot), 'src/ui');
  expect(found).toHaveLength(1);
  expect(found[0]?.file).toBe('src/ui');
  expect(found[0]?.message).toContain('circle of 2: a, b.');
  expect(found[0]?.message).toContain('src/ui/a/one.ts:1 imports src/ui/b/two.ts');
  expect(found[0]?.message).toContain('src/ui/b/three.ts:1 imports src/ui/a/four.ts');
});

test('a circle of folders is found at any depth, and through a third folder', () => {
  const deep = Object.fromEntries(
    Object.entries(knot).map(([path, text]) => [path.replace('src/ui', 'src/engine/torch/nn'), text]),
  );
  expect(checkFolders(plant(deep), 'src/engine').map((v) => v.file)).toEqual(['src/engine/torch/nn']);
  const around = {
    'src/ui/a/one.ts': "import '../b/two.ts';",
    'src/ui/b/three.ts': "const c = import('../c/five.ts');",
    'src/ui/c/six.ts': "export * from '../a/four.ts';",
  };
  expect(checkFolders(plant(around), 'src/ui')[0]?.message).toContain('circle of 3: a, b, c');
});

test('a folder and a file beside it that need each other are a circle; a registry over folders is none', () => {
  const registry = {
    'src/shaders/kernel.ts': '',
    'src/shaders/add/add.ts': "import '../kernel.ts';",
    'src/shaders/registry.ts': "import './add/add.ts';",
  };
  expect(checkFolders(plant(registry), 'src/shaders')).toEqual([]);
  const back = {
    ...registry,
    'src/shaders/kernel.ts': "import './add/add.ref.ts';",
    'src/shaders/add/add.ref.ts': '',
  };
  expect(checkFolders(plant(back), 'src/shaders')[0]?.message).toContain('circle of 2: add, kernel.ts');
});

test('tests, testing folders and workers tie no knot', () => {
  const from = (path: string, text: string) => {
    const { 'src/ui/b/three.ts': _, ...rest } = knot;
    return checkFolders(plant({ ...rest, [path]: text }), 'src/ui');
  };
  expect(from('src/ui/b/three.ts', "import '../a/four.ts';")).toHaveLength(1);
  expect(from('src/ui/b/three.test.ts', "import '../a/four.ts';")).toEqual([]);
  expect(from('src/ui/b/testing/three.ts', "import '../../a/four.ts';")).toEqual([]);
  expect(from('src/ui/b/three.ts', "new Worker(new URL('../a/four.ts', import.meta.url));")).toEqual([]);
});

test('an import of a room after its own is an arrow up; of a room before, none', () => {
  const up = roomsSay({
    'src/engine/torch/ops/a.ts': "// Adds.\nimport type { Run } from '../../training/run.ts';",
  });
  expect(up).toHaveLength(1);
  expect(up[0]).toContain('src/engine/torch/ops/a.ts:2 imports src/engine/training/run.ts');
  expect(up[0]).toContain('training comes after torch');
  expect(roomsSay({ 'src/engine/training/run.ts': "import { a } from '../torch/ops/a.ts';" })).toEqual([]);
  expect(roomsSay({ 'src/engine/torch/ops/a.test.ts': "import '../../training/run.ts';" })).toEqual([]);
  expect(roomsSay({ 'src/engine/torch/a.ts': "import '../../shaders/a/a.ts'; import 'zod';" })).toEqual([]);
});

test('the door is one room with the session: both may know each other, no other room knows the door', () => {
  expect(
    roomsSay({
      'src/engine/worker.ts': "import './session/session.ts'; import './ground/errors.ts';",
      'src/engine/session/session.ts': "import type { Event } from '../protocol.ts';",
    }),
  ).toEqual([]);
  expect(
    roomsSay({ 'src/engine/exchange/a.ts': "import type { Event } from '../protocol.ts';" })[0],
  ).toContain('session comes after exchange');
});

test('a folder that is no room is found; a testing folder beside the rooms is not', () => {
  expect(roomsSay({ 'src/engine/misplaced/a.ts': '' })[0]).toContain('stands in no room');
  expect(roomsSay({ 'src/engine/testing/a.ts': "import '../session/run.ts';" })).toEqual([]);
});

test('the notes count rooms, arrows between rooms once each, and circles', () => {
  const { violations, notes } = judgeFolders(
    plant({
      ...knot,
      'src/engine/ground/errors.ts': '',
      'src/engine/torch/a.ts': "import '../ground/errors.ts';",
      'src/engine/torch/b.ts': "import '../ground/errors.ts'; import './a.ts';",
      'src/engine/index.ts': "import './torch/a.ts';",
    }),
  );
  expect(violations).toHaveLength(1);
  expect(notes).toEqual(['3 rooms, 2 arrows, 1 circles']);
});

test('no room is named twice', () => {
  expect(new Set(engineRooms).size).toBe(engineRooms.length);
});

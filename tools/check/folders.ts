// Folders among themselves. Files may form no circle of imports and their folders still do; then neither folder can be
// read first. The engine's folders are rooms in one order besides, and an import leads only to a room before.
// Tests, and folders named testing, may import from anywhere; which files know one another is Biome's noImportCycles.
import { findCircles } from './circles.ts';
import type { Violation } from './outcome.ts';
import type { Module } from './sources.ts';
import { isTest } from './sources.ts';

const engine = 'src/engine/';

/** The rooms of src/engine from the ground up. The door (the files directly in src/engine) is one room with the last. */
export const engineRooms: readonly string[] = [
  'ground',
  'libraries',
  'torch',
  'adapters',
  'recipe',
  'data',
  'models',
  'python',
  'training',
  'exchange',
  'laboratory',
  'hub',
  'session',
];

/** Folders in which nothing, all the way down, may form a circle; in src/engine itself the rooms are judged. */
const scopes: readonly string[] = ['src/engine', 'src/shaders', 'src/ui'];

/** An import that leads from one folder to another. */
interface Arrow {
  readonly from: string;
  readonly to: string;
  /** The importing file and the file it imports. */
  readonly file: string;
  readonly line: number;
  readonly target: string;
}

/** Imports between `place`s. Tests and workers named by `new URL` do not count, nor does what has no place. */
function arrowsBetween(
  modules: readonly Module[],
  place: (path: string) => string | undefined,
): readonly Arrow[] {
  return modules
    .filter((module) => !isTest(module.file.path))
    .flatMap(({ file, references }) => {
      const from = place(file.path);
      return references.flatMap(({ target, line, kind }) => {
        const to = target === undefined || kind === 'url' || isTest(target) ? undefined : place(target);
        return from === undefined || to === undefined || target === undefined || from === to
          ? []
          : [{ from, to, file: file.path, line, target }];
      });
    });
}

function circlesOf(arrows: readonly Arrow[]): readonly (readonly string[])[] {
  const graph = new Map<string, string[]>();
  for (const { from, to } of arrows) {
    graph.set(from, [...(graph.get(from) ?? []), to]);
    if (!graph.has(to)) graph.set(to, []);
  }
  return findCircles(graph);
}

/** One import for each arrow inside a circle, as evidence. */
function evidence(arrows: readonly Arrow[], circle: readonly string[]): string {
  const shown = new Map<string, string>();
  for (const { from, to, file, line, target } of arrows)
    if (circle.includes(from) && circle.includes(to) && !shown.has(`${from} ${to}`))
      shown.set(`${from} ${to}`, `${file}:${line} imports ${target}`);
  return [...shown.values()].join('\n');
}

/** The room of a file of the engine: its first folder, or the last room for a file of the door. */
function roomOf(path: string): string | undefined {
  if (!path.startsWith(engine)) return undefined;
  const [first = '', ...rest] = path.slice(engine.length).split('/');
  return rest.length > 0 ? first : engineRooms.at(-1);
}

/** Subfolders of `parent`, and the files beside them, that form a circle of imports, and so on in each subfolder. */
export function checkFolders(modules: readonly Module[], parent: string): readonly Violation[] {
  const inside = modules.filter((m) => m.file.path.startsWith(`${parent}/`));
  const childOf = (path: string): string | undefined =>
    path.startsWith(`${parent}/`) ? path.slice(parent.length + 1).split('/')[0] : undefined;
  const arrows = arrowsBetween(inside, `${parent}/` === engine ? roomOf : childOf);
  const folders = new Set(
    inside.flatMap((m) => (m.file.path.includes('/', parent.length + 1) ? (childOf(m.file.path) ?? []) : [])),
  );
  return [
    ...circlesOf(arrows).map((circle) => ({
      file: parent,
      message: `circle of ${circle.length}: ${circle.join(', ')}. Move what they share into a place of its own.\n${evidence(arrows, circle)}`,
    })),
    ...[...folders].flatMap((folder) => checkFolders(inside, `${parent}/${folder}`)),
  ];
}

/** Files outside every room, and imports that lead to a room after their own. */
export function checkEngineRooms(modules: readonly Module[]): readonly Violation[] {
  const strangers = modules.filter(({ file }) => {
    const room = roomOf(file.path);
    return room !== undefined && !isTest(file.path) && !engineRooms.includes(room);
  });
  const up = arrowsBetween(modules, roomOf).filter(
    ({ from, to }) => engineRooms.indexOf(to) > engineRooms.indexOf(from),
  );
  return [
    ...strangers.map(({ file }) => ({
      file: file.path,
      message: `stands in no room of the engine: ${engineRooms.join(', ')} (tools/check/folders.ts).`,
    })),
    ...up.map(({ from, to, file, line, target }) => ({
      file,
      line,
      message: `imports ${target}. A room knows only the rooms before it, and ${to} comes after ${from}. Move what both need down, or this up.`,
    })),
  ];
}

/** Everything this file judges, with the count of rooms, of arrows between them, and of circles at every level. */
export function judgeFolders(modules: readonly Module[]): {
  readonly violations: readonly Violation[];
  readonly notes: readonly string[];
} {
  const circles = scopes.flatMap((scope) => checkFolders(modules, scope));
  const rooms = new Set(
    modules.filter((m) => !isTest(m.file.path)).flatMap((m) => roomOf(m.file.path) ?? []),
  );
  const arrows = new Set(arrowsBetween(modules, roomOf).map(({ from, to }) => `${from} ${to}`));
  return {
    violations: [...circles, ...checkEngineRooms(modules)],
    notes: [`${rooms.size} rooms, ${arrows.size} arrows, ${circles.length} circles`],
  };
}

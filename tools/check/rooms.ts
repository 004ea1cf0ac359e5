// A kernel is a room of its own: one stem names the WGSL file and its entry point, and beside it stand the reference,
// its test and the GPU test. Looks at names and at entry points only; what kernels compute is for their tests.
import type { Violation } from './outcome.ts';
import type { SourceFile } from './sources.ts';
import { lineAt } from './sources.ts';

const shared = /^src\/shaders\/(host|lib|testing)\//;
const registryPath = 'src/shaders/registry.ts';

/** Entry points of a WGSL text with their offsets. */
export function entryPointsOf(wgsl: string): readonly { readonly name: string; readonly offset: number }[] {
  const code = wgsl.replaceAll(/\/\/[^\n]*/g, (comment) => ' '.repeat(comment.length));
  return [...code.matchAll(/@compute\b[^{;]*?\bfn\s+(\w+)/g)].map((m) => ({
    name: m[1] ?? '',
    offset: m.index,
  }));
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** Entry points that are not named after their file, and rooms with a part missing. */
export function checkRooms(files: readonly SourceFile[]): readonly Violation[] {
  const violations: Violation[] = [];
  const rooms = new Set<string>();
  for (const file of files) {
    if (!/^src\/shaders\/.*\.wgsl$/.test(file.path) || shared.test(file.path)) continue;
    const stem = file.path.slice(file.path.lastIndexOf('/') + 1, -'.wgsl'.length);
    if (!/^[a-z][a-z0-9_]*$/.test(stem))
      violations.push({ file: file.path, message: `'${stem}' is not snake_case.` });
    for (const entry of entryPointsOf(file.text)) {
      rooms.add(folderOf(file.path));
      if (entry.name === stem) continue;
      const message = `entry point ${entry.name}: the stem names everything, so it must be ${stem}.`;
      violations.push({ file: file.path, line: lineAt(file.text, entry.offset), message });
    }
  }
  const registry = files.find((f) => f.path === registryPath);
  for (const room of rooms) {
    const names = files.filter((f) => folderOf(f.path) === room).map((f) => f.path);
    const parts: readonly [RegExp, string][] = [
      [/\.ref\.ts$/, 'a reference (.ref.ts)'],
      [/(?<!\.gpu)\.test\.ts$/, 'a test of the reference (.test.ts)'],
      [/\.gpu\.test\.ts$/, 'a test of the WGSL against the reference (.gpu.test.ts)'],
    ];
    for (const [pattern, part] of parts) {
      if (!names.some((name) => pattern.test(name)))
        violations.push({ file: room, message: `the room lacks ${part}.` });
    }
    const local = `./${room.slice('src/shaders/'.length)}/`;
    if (registry !== undefined && !registry.text.includes(`'${local}`)) {
      violations.push({
        file: registryPath,
        message: `lacks the room ${room}. Add: import … from '${local}….ts';`,
      });
    }
  }
  return violations;
}

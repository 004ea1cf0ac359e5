// Finds import cycles, counting type-only and dynamic imports too: a cycle of types is still two files
// that cannot be read one after the other. Worker files named by `new URL` start another thread and do not count.
import type { Violation } from './outcome.ts';
import type { Module } from './sources.ts';

/** Strongly connected groups of two or more files, and files that import themselves (Tarjan 1972). */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (name: string): number => {
    const own = index.size;
    index.set(name, own);
    let lowest = own;
    stack.push(name);
    for (const next of graph.get(name) ?? []) {
      if (!graph.has(next)) continue;
      if (!index.has(next)) lowest = Math.min(lowest, visit(next));
      else if (stack.includes(next)) lowest = Math.min(lowest, low.get(next) ?? index.get(next) ?? own);
    }
    low.set(name, lowest);
    if (lowest === own) {
      const group = stack.splice(stack.indexOf(name));
      if (group.length > 1 || graph.get(name)?.includes(name)) cycles.push(group.sort());
    }
    return lowest;
  };
  for (const name of graph.keys()) if (!index.has(name)) visit(name);
  return cycles;
}

/** One violation a cycle, naming every file in it. */
export function checkCycles(modules: readonly Module[]): readonly Violation[] {
  const graph = new Map(
    modules.map((m) => [
      m.file.path,
      m.references.filter((r) => r.kind !== 'url').flatMap((r) => r.target ?? []),
    ]),
  );
  return findCycles(graph).map((group) => ({
    file: group[0] ?? '',
    message: `import cycle of ${group.length} files: ${group.join(', ')}. Move what they share into a file of its own.`,
  }));
}

// Finds circles in a directed graph. What the nodes are (files, folders, rooms) is the caller's.

/** Strongly connected groups of two or more nodes, and nodes that lead to themselves (Tarjan 1972). */
export function findCircles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
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
      if (group.length > 1 || graph.get(name)?.includes(name)) circles.push(group.sort());
    }
    return lowest;
  };
  for (const name of graph.keys()) if (!index.has(name)) visit(name);
  return circles;
}

// Regular expressions that people write for module paths, matched in time that grows with the path alone. What the linear engine does not have
// (looking ahead or behind, references to groups) JavaScript's own does: the worker's watch ends it when it runs on.
/** Patterns are few, and asked of every module. */
const MOST_KEPT = 200;
const kept = new Map<string, (path: string) => boolean>();

type Matcher = (path: string) => boolean;
let linear: ((pattern: string) => Matcher) | null = null;

/** Sets the engine; it throws for what it does not have. */
export function matchWith(engine: (pattern: string) => Matcher): void {
  linear = engine;
}

function compiled(pattern: string): Matcher {
  try {
    if (linear) return linear(pattern);
  } catch {
    // Looking around, or a reference.
  }
  const own = new RegExp(`^(?:${forJavaScript(pattern)})$`);
  return (path) => own.test(path);
}

/** Python's names of groups, as JavaScript writes them. */
export const forJavaScript = (pattern: string): string => pattern.replaceAll('(?P<', '(?<');

/** re.fullmatch: whether the whole path is one that the pattern means. */
export function fullMatch(pattern: string, path: string): boolean {
  let matches = kept.get(pattern);
  if (!matches) {
    if (kept.size === MOST_KEPT) kept.clear();
    matches = compiled(pattern);
    kept.set(pattern, matches);
  }
  return matches(path);
}

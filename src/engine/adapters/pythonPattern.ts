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
  const own = javaScriptPattern(pattern, true);
  return (path) => own.test(path);
}

/** Python's flags that stand at a pattern's head, of which JavaScript has some. */
const HEAD = /^\(\?([ims]+)\)/;

/**
 * Python's pattern as JavaScript's: names of groups and references to them, `\\A` and `\\Z`, flags at the head. `whole`: it is to match all of
 * a path. Throws SyntaxError.
 */
export function javaScriptPattern(pattern: string, whole = false): RegExp {
  const flags = HEAD.exec(pattern)?.[1] ?? '';
  const body = pattern
    .replace(HEAD, '')
    .replace(/\\[\s\S]/g, (pair) => (pair === '\\A' ? '^' : pair === '\\Z' ? '$' : pair))
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>');
  return new RegExp(whole ? `^(?:${body})$` : body, [...new Set(flags)].join(''));
}

/** RE2's word for the end of a text. */
export const forRe2 = (pattern: string): string =>
  pattern.replace(/\\[\s\S]/g, (pair) => (pair === '\\Z' ? '\\z' : pair));

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

// Patterns of paths as fsspec reads them (`*`, `**`, `?`, `[0-9]`), matched in time that grows with path and pattern alone: whoever wrote the pattern
// is a stranger.

type Token =
  | { readonly kind: 'one'; readonly fits: (char: string) => boolean }
  /** Any number of characters of one name. */
  | { readonly kind: 'name' }
  /** Any number of characters. */
  | { readonly kind: 'any' }
  /** Nothing, or folders with the slash behind them. */
  | { readonly kind: 'folders' };

const notSlash = (char: string): boolean => char !== '/';

function classOf(body: string): (char: string) => boolean {
  const not = /^[!^]/.test(body);
  const members = [...(not ? body.slice(1) : body)];
  const ranges: [string, string][] = [];
  for (let i = 0; i < members.length; i += 1) {
    const [from = '', dash, to] = members.slice(i, i + 3);
    const isRange = dash === '-' && to !== undefined;
    ranges.push([from, isRange ? to : from]);
    if (isRange) i += 2;
  }
  return (char) => notSlash(char) && ranges.some(([from, to]) => char >= from && char <= to) !== not;
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i += 1) {
    const rest = pattern.slice(i);
    const [body] = /^\[[!^]?\]?[^\]]*\]/.exec(rest) ?? [];
    if (rest.startsWith('**/')) {
      tokens.push({ kind: 'folders' });
      i += 2;
    } else if (rest.startsWith('**')) {
      tokens.push({ kind: 'any' });
      i += 1;
    } else if (rest[0] === '*') tokens.push({ kind: 'name' });
    else if (rest[0] === '?') tokens.push({ kind: 'one', fits: notSlash });
    else if (body !== undefined) {
      tokens.push({ kind: 'one', fits: classOf(body.slice(1, -1)) });
      i += body.length - 1;
    } else tokens.push({ kind: 'one', fits: (char) => char === rest[0] });
  }
  return tokens;
}

/** Where a token that was entered at these places may end. */
function after(token: Token, path: string, places: ReadonlySet<number>): Set<number> {
  const next = new Set<number>();
  if (token.kind === 'one') {
    for (const at of places) if (at < path.length && token.fits(path[at] ?? '')) next.add(at + 1);
    return next;
  }
  let inside = false;
  for (let at = 0; at <= path.length; at += 1) {
    if (inside && token.kind === 'name' && path[at - 1] === '/') inside = false;
    const enters = places.has(at);
    if (enters || (inside && (token.kind !== 'folders' || path[at - 1] === '/'))) next.add(at);
    inside ||= enters;
  }
  return next;
}

/** Whether a path is of a pattern, whole. */
export function globMatcher(pattern: string): (path: string) => boolean {
  const tokens = tokensOf(pattern.replace(/^\.\//, ''));
  return (path) => {
    let places = new Set([0]);
    for (const token of tokens) places = after(token, path, places);
    return places.has(path.length);
  };
}

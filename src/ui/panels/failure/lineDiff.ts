// A diff of two texts by lines, the shortest there is (Myers' greedy search), cut down to the changes and a little around them. Work and
// memory grow with the number of changes: a fix of a script of a megabyte is a few lines.

export interface DiffLine {
  readonly kind: 'same' | 'add' | 'remove' | 'gap';
  readonly text: string;
}

/**
 * How far each diagonal k = x − y got after every number of edits, up to the one that reaches both ends. A trace holds the places at
 * 2·edits + 3 diagonals about zero.
 */
function search(a: readonly string[], b: readonly string[]): readonly Int32Array[] {
  const most = a.length + b.length;
  const traces: Int32Array[] = [];
  let before = new Int32Array(3);
  for (let edits = 0; edits <= most; edits++) {
    const now = new Int32Array(2 * edits + 3);
    const was = (k: number): number => before[k + edits] ?? -1;
    for (let k = -edits; k <= edits; k += 2) {
      const down = k === -edits || (k !== edits && was(k - 1) < was(k + 1));
      let x = edits === 0 ? 0 : down ? was(k + 1) : was(k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      now[k + edits + 1] = x;
      if (x >= a.length && x - k >= b.length) return [...traces, now];
    }
    traces.push(now);
    before = now;
  }
  return traces;
}

/** Every line of both texts, in order. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const traces = search(a, b);
  const lines: DiffLine[] = [];
  let [x, y] = [a.length, b.length];
  for (let edits = traces.length - 1; edits >= 0; edits--) {
    const was = (k: number): number => traces[edits - 1]?.[k + edits] ?? -1;
    const k = x - y;
    const down = k === -edits || (k !== edits && was(k - 1) < was(k + 1));
    const from = edits === 0 ? 0 : down ? was(k + 1) : was(k - 1) + 1;
    for (; x > from; x--, y--) lines.push({ kind: 'same', text: a[x - 1] ?? '' });
    if (edits === 0) break;
    if (down) {
      y -= 1;
      lines.push({ kind: 'add', text: b[y] ?? '' });
    } else {
      x -= 1;
      lines.push({ kind: 'remove', text: a[x] ?? '' });
    }
  }
  return lines.reverse();
}

/** Only the changes with `around` lines about them; what is left out becomes one gap. */
export function nearChanges(lines: readonly DiffLine[], around: number): readonly DiffLine[] {
  const near = new Set<number>();
  lines.forEach((line, index) => {
    if (line.kind !== 'same') for (let at = index - around; at <= index + around; at++) near.add(at);
  });
  const kept: DiffLine[] = [];
  let gap = false;
  lines.forEach((line, index) => {
    if (!near.has(index)) {
      gap = kept.length > 0;
      return;
    }
    if (gap) kept.push({ kind: 'gap', text: '⋯' });
    gap = false;
    kept.push(line);
  });
  return kept;
}

// A diff of two short texts by lines (longest common subsequence), cut down to the changes and a little around them.

export interface DiffLine {
  readonly kind: 'same' | 'add' | 'remove' | 'gap';
  readonly text: string;
}

/** Every line of both texts, in order; scripts are a few hundred lines, so the quadratic table is small. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => table[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      lines.push({ kind: 'same', text: left });
      i += 1;
      j += 1;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: 'remove', text: left });
      i += 1;
    } else {
      lines.push({ kind: 'add', text: right ?? '' });
      j += 1;
    }
  }
  return lines;
}

/** Only the changes with `around` lines about them; what is left out becomes one gap. */
export function nearChanges(lines: readonly DiffLine[], around: number): readonly DiffLine[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some((line) => line.kind !== 'same'),
  );
  const kept: DiffLine[] = [];
  lines.forEach((line, index) => {
    if (near[index]) kept.push(line);
    else if (kept.length > 0 && kept.at(-1)?.kind !== 'gap' && near.slice(index).some(Boolean)) {
      kept.push({ kind: 'gap', text: '⋯' });
    }
  });
  return kept;
}

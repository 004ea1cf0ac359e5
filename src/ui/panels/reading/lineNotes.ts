// What is written beside the lines of a script: everything that was said of a line, in the order of its weight, and which stretches
// without a word fold away in a long one. Pure; the picture is in ScriptLines.tsx.
import type { LineNote, ScriptReading, Text } from '../../../engine/index.ts';

/** How a line is marked: what weighs most of all that was said of it. */
export type Mark = 'raises' | 'cut' | 'warns' | 'missing' | 'trains' | 'frozen' | 'acts' | 'assumed';

export interface NotedLine {
  readonly line: number;
  readonly mark: Mark;
  readonly raises: LineNote['raises'];
  readonly cut: boolean;
  /** Before the first and after the last time it ran. */
  readonly trainable: LineNote['trainable'];
  readonly effects: readonly Text[];
  readonly warnings: readonly string[];
  readonly missing: readonly Text[];
  readonly assumed: readonly Text[];
}

function markOf(line: Omit<NotedLine, 'mark'>): Mark {
  if (line.raises !== null) return 'raises';
  if (line.cut) return 'cut';
  if (line.warnings.length > 0) return 'warns';
  if (line.missing.length > 0) return 'missing';
  if (line.trainable !== null) return line.trainable.after > 0 ? 'trains' : 'frozen';
  return line.effects.length > 0 ? 'acts' : 'assumed';
}

const nothing = {
  raises: null,
  cut: false,
  trainable: null,
  effects: [],
  warnings: [],
  missing: [],
  assumed: [],
} as const;

type Said = Pick<ScriptReading, 'lines' | 'assumptions' | 'notModelled' | 'verdict'>;

/** Every line of which something is said, by its number. */
export function notedLines(reading: Said): ReadonlyMap<number, NotedLine> {
  const noted = new Map<number, Omit<NotedLine, 'mark'>>();
  const add = (line: number, more: (old: Omit<NotedLine, 'mark'>) => Partial<NotedLine>): void => {
    const old = noted.get(line) ?? { ...nothing, line };
    noted.set(line, { ...old, ...more(old) });
  };
  for (const note of reading.lines)
    add(note.line, (old) => ({
      raises: old.raises ?? note.raises,
      cut: old.cut || note.cut,
      trainable:
        note.trainable === null
          ? old.trainable
          : { before: old.trainable?.before ?? note.trainable.before, after: note.trainable.after },
      effects: [...old.effects, ...note.effects],
      warnings: [...new Set([...old.warnings, ...note.warnings])],
    }));
  for (const { line, text } of reading.notModelled)
    if (line !== null) add(line, (old) => ({ missing: [...old.missing, text] }));
  for (const { line, text } of reading.assumptions)
    if (line !== null) add(line, (old) => ({ assumed: [...old.assumed, text] }));
  const { line, error } = reading.verdict;
  if (line !== null && error !== null) add(line, (old) => ({ raises: old.raises ?? error }));
  return new Map(
    [...noted.values()]
      .sort((a, b) => a.line - b.line)
      .map((one) => [one.line, { ...one, mark: markOf(one) }]),
  );
}

/** Lines `first` to `last`: shown, or folded into one row. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly folded: boolean;
}

/** A script up to this long stands there whole. */
const wholeLines = 300;
/** Lines that stay about one that did something. */
const around = 8;

/** The script as stretches; those that a person unfolded (by their first line) are shown. */
export function stretches(
  lines: number,
  noted: ReadonlySet<number>,
  unfolded: ReadonlySet<number>,
): readonly Stretch[] {
  if (lines <= wholeLines) return [{ first: 1, last: lines, folded: false }];
  const near = new Set<number>();
  for (const line of noted) for (let at = line - around; at <= line + around; at++) near.add(at);
  // With nothing to show the beginning is.
  if (near.size === 0) for (let at = 1; at <= 5 * around; at++) near.add(at);
  const found: { first: number; last: number; folded: boolean }[] = [];
  for (let line = 1; line <= lines; line++) {
    const folded = !near.has(line);
    const open = found.at(-1);
    if (open !== undefined && open.folded === folded) open.last = line;
    else found.push({ first: line, last: line, folded });
  }
  return found.map((one) => (unfolded.has(one.first) ? { ...one, folded: false } : one));
}

// Settings that were changed while a run trained, as marks of its curves: what, from which value to which, after which step. Pure.
import type { Recipe } from '../../../engine/index.ts';

export interface MadeChange {
  /** Steps that were done when it came. */
  readonly step: number;
  /** As Python calls it. */
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/** In order; a setting that was changed again has the value in between. */
export function madeChanges({
  changes = [],
  values,
}: Pick<Recipe, 'changes' | 'values'>): readonly MadeChange[] {
  return changes.map(({ step, key, before }, place) => ({
    step,
    name: key.split('.').at(-1) ?? key,
    before,
    after: changes.slice(place + 1).find((later) => later.key === key)?.before ?? values[key],
  }));
}

/** A line through the curves at a step, and what stands at it. */
export interface CurveMark {
  readonly step: number;
  readonly label: string;
}

/** One mark a step. Names and values are the field's own: they are the same in every language. */
export function changeMarks(recipe: Pick<Recipe, 'changes' | 'values'>): readonly CurveMark[] {
  const labels = new Map<number, string[]>();
  for (const { step, name, before, after } of madeChanges(recipe))
    labels.set(step, [...(labels.get(step) ?? []), `${name} ${before} → ${after}`]);
  return [...labels].map(([step, all]) => ({ step, label: all.join(', ') }));
}

/** Lines that labels stand in before they begin anew at the top. */
const MOST_LINES = 4;

/** Where a label stands: the end of its mark that has room for it, and a line that no label before it reaches into. */
export function labelPlaces(
  marks: readonly { readonly at: number; readonly width: number }[],
  right: number,
): readonly { readonly toRight: boolean; readonly line: number }[] {
  const ends: (readonly [from: number, to: number])[][] = [];
  return marks.map(({ at, width }) => {
    const toRight = at + width <= right;
    const [from, to] = toRight ? [at, at + width] : [at - width, at];
    const free = ends.findIndex((line) => line.every(([start, end]) => to <= start || from >= end));
    const line = free >= 0 ? free : Math.min(ends.length, MOST_LINES - 1);
    ends[line] = [...(ends[line] ?? []), [from, to]];
    return { toRight, line };
  });
}

// Whether two recipes lead to the same run: the one notion by which a paused or saved run goes on, or a new one begins. Knows
// nothing of the run itself.
import type { Recipe } from './recipe.ts';
import { changedKeys } from './recipe.ts';
import { sameRows } from './rows/ownRows.ts';

const written = ({ program }: Recipe): string => JSON.stringify(program ?? null);

/**
 * What trains decides: rows, their chat template, model, adapter, a script's program and every setting; those of generation too, for the answers before and after
 * belong to the run and compare only when both were made alike. What is only a word for these does not: the questions, which
 * can be asked at any time, and the names of files.
 */
export function sameRun(a: Recipe, b: Recipe): boolean {
  return (
    a.preset === b.preset &&
    sameRows(a.data, b.data) &&
    a.chatTemplate === b.chatTemplate &&
    a.model?.digest === b.model?.digest &&
    a.adapter?.digest === b.adapter?.digest &&
    (a.program === b.program || written(a) === written(b)) &&
    changedKeys(a.values, b.values).length === 0
  );
}

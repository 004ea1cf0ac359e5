// Whether two recipes lead to the same run: the one notion by which a paused or saved run goes on, or a new one begins. Knows
// nothing of the run itself.
import type { Recipe, SettingKey } from './recipe.ts';
import { changedKeys, settingOf } from './recipe.ts';
import { sameRows } from './rows/ownRows.ts';

const written = ({ program }: Recipe): string => JSON.stringify(program ?? null);

/** Settings of how questions are answered, which can be asked in another way at any time. */
const isOfAnswers = (key: SettingKey): boolean => settingOf(key).section === 'generation';

/** Settings that leave every tensor where it is: how much is trained, how fast, on what rows. */
const movesNoTensor = (key: SettingKey): boolean =>
  ['generation', 'training'].includes(settingOf(key).section);

/** Whether two recipes stand on the same model, adapter and program, whatever they train of it. */
export const sameModel = (a: Recipe, b: Recipe): boolean =>
  a.model?.digest === b.model?.digest &&
  a.adapter?.digest === b.adapter?.digest &&
  (a.program === b.program || written(a) === written(b));

/** Whether two recipes train the same tensors in the same order: what is told of one run's tensors is true of the other's tree. */
export const sameTensors = (a: Recipe, b: Recipe): boolean =>
  sameModel(a, b) && changedKeys(a.values, b.values).every(movesNoTensor);

/**
 * What trains decides: rows, their chat template, model, adapter, a script's program and every setting that trains. What is only a word for
 * these does not (the names of files), nor what can be changed at any time: the questions, and how they are answered.
 */
export function sameRun(a: Recipe, b: Recipe): boolean {
  return (
    a.preset === b.preset &&
    sameRows(a.data, b.data) &&
    a.chatTemplate === b.chatTemplate &&
    sameModel(a, b) &&
    JSON.stringify(a.changes ?? []) === JSON.stringify(b.changes ?? []) &&
    changedKeys(a.values, b.values).every(isOfAnswers)
  );
}

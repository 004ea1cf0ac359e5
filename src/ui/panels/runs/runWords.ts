// Kept runs in words: how one is called, what of its recipe is shown beside others', where its curve ends. Pure.
import type { ComparedRecipe, RecipePart, SettingKey } from '../../../engine/index.ts';
import type { KeptRun } from '../../../engine/protocol.ts';
import { lossText, settingNumberText } from '../../texts/numbers.ts';
import type { RunsText } from './runsTexts.ts';

/** As a person called it, else by preset and time. */
export function runName(t: RunsText, run: KeptRun, language: string): string {
  if (run.name !== '') return run.name;
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' });
  return t('unnamed', { preset: run.recipe.preset, when: run.at === 0 ? '–' : when.format(run.at) });
}

/** So many settings in front of a name still tell it from the others at a glance. */
const MOST_TOLD = 2;

/** `r 16 · ships-log, 2:15`: in front of its name what tells a run from those beside it, where that is little and the name does not say it. */
export function toldApart(
  name: string,
  recipe: Pick<ComparedRecipe, 'values'>,
  differing: readonly SettingKey[],
): string {
  const told = differing
    .map((key) => `${settingName(key)} ${settingValue(recipe, key)}`)
    .filter((one) => !name.includes(one));
  return told.length > MOST_TOLD ? name : [...told, name].join(' · ');
}

export const compared = (run: KeptRun): ComparedRecipe => ({
  ...run.recipe,
  rowsName: run.rowsName,
  rowsDigest: run.rowsDigest,
});

/** The argument's name alone: a table has no room for its call. */
export const settingName = (key: SettingKey): string => key.split('.').at(-1) ?? key;

export function settingValue(recipe: Pick<ComparedRecipe, 'values'>, key: SettingKey): string {
  const value = recipe.values[key];
  return typeof value === 'number' ? settingNumberText(value, true) : String(value);
}

export function partValue(t: RunsText, recipe: ComparedRecipe, part: RecipePart): string {
  switch (part) {
    case 'preset':
      return recipe.preset;
    case 'model':
      return recipe.model?.name ?? t('embedded');
    case 'adapter':
      return recipe.adapter?.name ?? t('fresh');
    case 'rows':
      return recipe.rowsName ?? t('presetRows');
    case 'template':
      return t(recipe.chatTemplate === undefined ? 'none_' : 'own');
    case 'script':
      return t(recipe.program === undefined ? 'none_' : 'own');
    case 'changes':
      return (
        recipe.changes
          ?.map(({ step, key, before }) => `${step}: ${settingName(key)} ${before}`)
          .join(' · ') ?? t('none_')
      );
    case 'questions':
      return recipe.prompts?.join(' · ') ?? t('presetRows');
  }
}

/** Mean loss of the last tenth of the steps, at least of one: a single batch says little. NaN for a run of no step. */
export function endLoss({ curve }: Pick<KeptRun, 'curve'>): number {
  const last = curve.slice(-Math.max(1, Math.floor(curve.length / 10)));
  return last.reduce((sum, [, loss]) => sum + loss, 0) / last.length;
}

export const lastEval = ({ curve }: Pick<KeptRun, 'curve'>): number | null =>
  curve.findLast(([, , evalLoss]) => evalLoss !== null)?.[2] ?? null;

/** A change of a loss with its sign, which is told apart from none. */
export const signedLoss = (change: number): string =>
  Number.isFinite(change) ? `${change < 0 ? '−' : '+'}${lossText(Math.abs(change))}` : '–';

/** The highest first; a loss that is no number is worse than any. */
export const byLoss = <T extends { readonly loss: number }>(rows: readonly T[]): readonly T[] => {
  const rank = ({ loss }: T): number => (Number.isNaN(loss) ? Number.POSITIVE_INFINITY : loss);
  return rows.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
};
